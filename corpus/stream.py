"""Documents through a translator, many at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.document import Document, Sentence
from mt.translator import Translation, Translator

__all__ = ["Split", "translate_documents"]


@dataclass(frozen=True, slots=True)
class Split:
    """A document with its sentences, its place in the caller's list, and the bytes it was read from if they matter."""

    place: int
    document: Document
    sentences: tuple[Sentence, ...]
    data: bytes = b""


def translate_documents(
    documents: Iterable[Split | None], translator: Translator
) -> Iterator[tuple[Split, tuple[Translation, ...]]]:
    """Give each document with its translations, in order.

    The translator sees one stream of sentences and batches them across documents; no more documents are held than
    its window takes. None among the documents says that the next one may be long in coming: those before are given
    without waiting for it.
    """
    waiting: deque[Split] = deque()

    def sentences() -> Iterator[str | None]:
        for split in documents:
            if split is None:
                yield None
                continue
            waiting.append(split)
            yield from (sentence.text for sentence in split.sentences)

    done: list[Translation] = []
    for translation in translator.translate(sentences()):
        while not waiting[0].sentences:
            yield waiting.popleft(), ()
        done.append(translation)
        if len(done) == len(waiting[0].sentences):
            yield waiting.popleft(), tuple(done)
            done.clear()
    while waiting:
        yield waiting.popleft(), ()
