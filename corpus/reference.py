"""An article's human reference: which file it is, and how its sentences stand beside the article's."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.align import align, looks_unrelated
from corpus.articles import Article
from corpus.bead_pairs import pairs_of_beads
from corpus.document import Document, Sentence
from corpus.pair import Pair
from corpus.readers import READERS, Reading
from corpus.sides import Side, read_side
from mt.errors import InputError
from mt.translator import Translation

__all__ = ["ALIGNMENT", "aligned_pairs", "find_references", "read_reference"]

ALIGNMENT = 1
"""The version of how references are aligned; it changes when the same texts would get other pairs."""


def find_references(articles: Sequence[Article], given: Path | None, *, partial: bool = False) -> dict[str, Path]:
    """Tell each article's reference file by document name.

    `given` is a file (for a single article) or a folder in which the reference of document NAME is `NAME.en.EXT` or
    `NAME.EXT`, of the article's extension before any other, and never the article itself; without it the references
    are those that lie beside the articles. With `partial`, the folder is part of another, which may be without any.

    Raises `InputError` for a path that does not exist, a folder in which no article has a reference, and a file for
    several articles.
    """
    if given is None:
        return {article.name: article.reference for article in articles if article.reference}
    if given.is_file():
        if len(articles) != 1:
            raise InputError(f"{given}: one reference file for {len(articles)} articles; give a folder of references")
        return {articles[0].name: given}
    if not given.is_dir():
        raise InputError(f"{given}: no such file or folder")
    extensions = [extension for reader in READERS.values() for extension in reader.extensions]
    found: dict[str, Path] = {}
    for article in articles:
        endings = (article.path.suffix, *extensions)
        names = [f"{article.name}{language}{ending}" for language in (".en", "") for ending in endings]
        for name in (*names, f"{article.name}.en"):
            path = given / name
            if path.is_file() and not (article.path.exists() and path.samefile(article.path)):
                found[article.name] = path
                break
    if not found and not partial:
        raise InputError(f"{given}: no reference in it for any article; {articles[0].name}.en.txt would be one")
    return found


def read_reference(path: Path, reading: Reading) -> Side:
    """Read a reference, of any format that articles have, and find its sentences.

    An encoding that was named is the articles'; a reference is taken to be in it where it is not UTF-8.

    Raises `InputError` for a file that cannot be read, has no text, or is in Arabic.
    """
    side = read_side(path, "en", reading)
    if side.is_arabic:
        raise InputError(f"{path} is in Arabic; a reference is the article's English translation")
    return side


def aligned_pairs(
    document: Document,
    sentences: Sequence[Sentence],
    translations: Sequence[Translation],
    machine: Sequence[Pair],
    reference: Side,
) -> tuple[list[Pair], dict[str, Any]]:
    """Put a reference's human pairs among the pairs of the translations; gives all pairs, and facts of the alignment.

    Bead by bead, the pairs of its sentences stand before the human one. Where the two are the same, as they can be
    with translations of the user's own, the human one serves for both.

    The facts are the reference's number of sentences, the beads by kind, the mean similarity, the numbers of the
    sentences that it leaves out (`omissions`), the spans in its text of those that it adds (`additions`), and where it
    does not look like this article's translation the share that looks aligned (`unrelated`).
    """
    known = ["" if translation.failure else translation.text for translation in translations]
    beads = align([sentence.text for sentence in sentences], known, reference.texts)
    human = pairs_of_beads(document.name, document, sentences, reference.document, reference.sentences, beads)
    pairs: list[Pair] = []
    omissions: list[int] = []
    additions: list[tuple[int, int]] = []
    for bead, pair in zip(beads, human, strict=True):
        pairs += [machine[number] for number in bead.source if machine[number].id != pair.id]
        pairs.append(pair)
        if not bead.reference:
            omissions += bead.source
        elif not bead.source:
            first, last = reference.sentences[bead.reference[0]], reference.sentences[bead.reference[-1]]
            additions.append((first.start, last.end))
    scores = [bead.score for bead in beads if bead.score is not None]
    facts: dict[str, Any] = {
        "sentences": len(reference.sentences),
        "beads": dict(sorted(Counter(bead.kind for bead in beads).items())),
        "similarity": round(sum(scores) / len(scores), 4) if scores else None,
        "omissions": omissions,
        "additions": additions,
    }
    share = looks_unrelated(beads)
    if share is not None:
        facts["unrelated"] = round(share, 4)
    return pairs, facts
