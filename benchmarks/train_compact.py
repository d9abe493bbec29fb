"""Prepares the data of the bundled model `compact`; its card has the commands that train it.

    python benchmarks/train_compact.py --general general.tsv.xz --flores flores-dev --tico tico19_dev.tsv -o data

`general` has arabic, english and the name of its set. `articles.tsv.xz` and `press.tsv.xz`, beside this program, have
articles with translations that were written for this project (CC0 1.0): article, paragraph, arabic, english; those in
seeds/ are not among them. The development set is every fifth sentence of FLORES-200 dev and TICO-19 dev.
"""

import argparse
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ARTICLES = ("articles", "press")
# Short strings of programs and their manuals: little prose, and worded unlike any article.
SOFTWARE = {
    *("magento2", "dspace", "kolibri", "wikipedia_android", "tldr_pages", "mozilla_www", "thunderbird_net"),
    *("react_docs", "vue_docs"),
}
NOTES = {"uw_translation_notes"}
UNSEEN = {"ms_project_operations_docs"}
"""Left out, so that `benchmarks/train.py` can fine-tune `compact` on a domain that it has not seen."""
# Chapter and verse, placeholders, code and markup: what no article holds.
_NOTATION = re.compile(r"\d+[:.]\d+|[{}<>=|\\_#*`]|\(\)|https?:|www\.|\[\[|\b[1-3] (?:Cor|Tim|Sam|Kgs|Chr|Pet|John)\b")


def corpus_of(name: str, english: str) -> str | None:
    """Name the corpus that a pair of `general` belongs in, None to leave it out."""
    words = len(english.split())
    if name in UNSEEN or _NOTATION.search(english):
        return None
    if name in NOTES:
        return "notes" if words >= 8 else None
    if name in SOFTWARE:
        return "software" if words >= 5 else None
    return "prose" if words >= 3 else None


def general(path: Path) -> Iterator[tuple[str, str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            arabic, english, name = line.rstrip("\n").split("\t")
            corpus = corpus_of(name, english)
            if corpus:
                yield corpus, arabic, english


def articles(name: str) -> Iterator[tuple[str, str, str]]:
    """Give each sentence, and each two that follow each other in a paragraph: articles' long sentences are few."""
    before = None
    for place, arabic, english in _articles(name):
        yield name, arabic, english
        if before and before[0] == place:
            yield f"{name}-joined", f"{before[1]} {arabic}", f"{before[2]} {english}"
        before = (place, arabic, english)


def _articles(name: str) -> Iterator[tuple[tuple[str, str], str, str]]:
    with lzma.open(Path(__file__).with_name(f"{name}.tsv.xz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            article, paragraph, arabic, english = line.rstrip("\n").split("\t")
            yield (article, paragraph), arabic, english


def development(flores: Path, tico: Path) -> Iterator[tuple[str, str, str]]:
    sides = [flores.with_name(f"{flores.name}.{side}").read_text("utf-8").splitlines() for side in ("ar", "en")]
    for arabic, english in list(zip(*sides, strict=True))[::5]:
        yield "dev", arabic, english
    for line in tico.read_text("utf-8").splitlines()[::5]:
        arabic, english = line.split("\t")[:2]
        yield "dev", arabic, english


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--general", "--flores", "--tico", "-o"):
        parser.add_argument(name, type=Path, required=True)
    options = parser.parse_args()
    options.o.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[str]] = {}
    for stream in (
        general(options.general),
        *map(articles, ARTICLES),
        development(options.flores, options.tico),
    ):
        for corpus, arabic, english in stream:
            rows.setdefault(corpus, []).append(f"{arabic}\t{english}\n")
    for corpus, lines in rows.items():
        (options.o / f"{corpus}.tsv").write_text("source\ttarget\n" + "".join(lines), "utf-8")
    print(dict(Counter({corpus: len(lines) for corpus, lines in rows.items()})))


if __name__ == "__main__":
    main()
