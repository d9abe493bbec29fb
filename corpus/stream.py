"""Documents through a translator, many at a time."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.articles import Article
from corpus.document import Document, Sentence
from corpus.readers.pieces import Piece
from mt.translator import Translation, Translator

__all__ = ["Split", "failures", "translate_documents"]

_EXCERPT = 60  # characters of a sentence that an error shows


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


def failures(article: Article, split: Split, translations: Sequence[Translation]) -> Iterator[str]:
    """Say of each sentence that could not be translated where it is and why: its line in plain text, else its block."""
    place = split.data.place(article.place) if isinstance(split.data, Piece) else article.place
    for sentence, translation in zip(split.sentences, translations, strict=True):
        if not translation.failure:
            continue
        if article.reader.name == "text":
            before = split.document.text[: sentence.start].replace("\r\n", "\n").replace("\r", "\n")
            first = split.data.line if isinstance(split.data, Piece) else 1
            where = f"{article.place}:{first + before.count(chr(10))}"
        else:
            where = f"{place}, paragraph {sentence.paragraph + 1}"
        text = " ".join(sentence.text.split())
        shown = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
        yield (
            f"{where}: a sentence could not be translated and stays as it is ({translation.failure}); "
            f"reword it, or try another --engine: {shown}"
        )
