"""References of any segmentation in a build: human pairs, what is left out or added, scores, unrelated ones."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from corpus.articles import find_articles
from corpus.assembly import Choice
from corpus.filter import Pipeline
from corpus.formats import read
from corpus.pair import Pair
from corpus.plan import make_plan
from corpus.readers import Reading
from tests.corpus.builds import build_articles, files_of


@pytest.fixture
def article(tmp_path: Path) -> tuple[Path, list[Pair]]:
    """Give a folder with an article of seven sentences in two paragraphs, and the machine's pairs of it."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ar.txt").write_text(
        "أعلن الوزير صباح اليوم افتتاح المكتبة الجديدة. تقع المكتبة قرب النهر في الحي القديم. "
        "حضر الحفل طلاب المدرسة وأهل السوق. وزعت الكتب على الأطفال مجانا.\n"
        "قال المدير إن العمل استمر عامين كاملين. شكرت ليلى كل من ساعد في البناء. ستفتح الأبواب يوم الأحد القادم.\n",
        "utf-8",
    )
    build_articles(folder, tmp_path / "machine")
    return folder, list(read(tmp_path / "machine" / "corpus.jsonl"))


def corpus(out: Path) -> list[Pair]:
    return list(read(out / "corpus.jsonl"))


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


LAYOUTS: dict[str, tuple[str, list[str]]] = {
    "a line each": ("{0}\n{1}\n{2}\n{3}\n{4}\n{5}\n{6}\n", ["1-1"] * 7),
    "one paragraph": ("{0} {1} {2} {3} {4} {5} {6}", ["1-1"] * 7),
    "wrongly cut lines": ("{0} {1}\n\n{2}\n{3} {4}\n\n{5} {6}\n", ["1-1"] * 7),
    "CRLF and BOM": ("\ufeff{0}\r\n{1} {2} {3}\r\n\r\n{4}\r\n{5} {6}\r\n", ["1-1"] * 7),
    "some left out": ("{0} {1}\n{5} {6}\n", ["1-1", "1-1", "1-0", "1-0", "1-0", "1-1", "1-1"]),
    "one added": (
        "{0} {1} {2}\nQuite unlike anything, zebras xylophoned vigorously, quixotic.\n{3} {4} {5} {6}\n",
        ["1-1", "1-1", "1-1", "0-1", "1-1", "1-1", "1-1", "1-1"],
    ),
    "two sentences as one": ("{0}\n{1-}, and {2}\n{3} {4} {5} {6}\n", ["1-1", "2-1", "1-1", "1-1", "1-1", "1-1"]),
}


def laid_out(layout: str, pairs: list[Pair]) -> str:
    """Put the machine's translations into a layout; {N-} is one without its full stop."""
    texts = {str(i): pair.target or "" for i, pair in enumerate(pairs)}
    return re.sub(r"\{(\d)(-?)\}", lambda m: texts[m[1]].removesuffix("." if m[2] else ""), layout)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_reference_of_any_layout_is_aligned(article: tuple[Path, list[Pair]], tmp_path: Path, name: str) -> None:
    folder, machine = article
    layout, beads = LAYOUTS[name]
    text = laid_out(layout, machine)
    (folder / "a.en.txt").write_bytes(text.encode())
    source = (folder / "a.ar.txt").read_text("utf-8")
    decoded = text.removeprefix("\ufeff")
    result = build_articles(folder, tmp_path / "out")
    pairs = corpus(tmp_path / "out")
    human = [pair for pair in pairs if pair.bead]
    assert [pair.bead for pair in human] == beads
    assert [pair for pair in pairs if not pair.bead] == machine
    assert result.selection.beads.total() == len(beads)
    at = 0
    for pair in human:
        assert source[pair.start : pair.end] == pair.source
        if pair.target is None:
            assert (pair.bead, pair.target_start) == ("1-0", None)
            continue
        assert pair.target_start is not None
        assert decoded[pair.target_start : pair.target_end] == pair.target
        assert not decoded[at : pair.target_start].strip()  # nothing of the reference gets lost
        assert pair.target_end is not None
        at = pair.target_end
        assert (pair.source == "") == (pair.bead == "0-1")
    assert not decoded[at:].strip()
    assert len({pair.id for pair in pairs}) == len(pairs)


def test_pairs_stand_bead_by_bead_the_machine_s_first(article: tuple[Path, list[Pair]], tmp_path: Path) -> None:
    folder, machine = article
    (folder / "a.en.txt").write_text(laid_out(LAYOUTS["two sentences as one"][0], machine), "utf-8")
    build_articles(folder, tmp_path / "out")
    found = [(pair.sentence, pair.bead) for pair in corpus(tmp_path / "out")]
    assert found[:5] == [(0, None), (0, "1-1"), (1, None), (2, None), (1, "2-1")]


def test_what_references_add_and_leave_out_is_in_the_manifest(article: tuple[Path, list[Pair]], tmp_path: Path) -> None:
    folder, machine = article
    added = (
        "Quite unlike anything, zebras xylophoned vigorously, quixotic.",
        "Which happened by night, we hear with joy.",
    )
    text = laid_out("{0}\n" + " ".join(added) + "\n{1} {5} {6}\n", machine)
    (folder / "a.en.txt").write_text(text, "utf-8")
    build_articles(folder, tmp_path / "out")
    manifest = load(tmp_path / "out" / "manifest.json")
    (document,) = manifest["documents"]
    facts = document["facts"]
    assert document["reference"]["name"] == "a.en.txt"
    assert facts["sentences"] == 6
    assert facts["omissions"] == [2, 3, 4]
    assert [text[start:end] for start, end in facts["additions"]] == list(added)
    assert facts["beads"] == manifest["counts"]["beads"] == {"0-1": 2, "1-0": 3, "1-1": 4}
    assert facts["similarity"] > 0.9
    assert manifest["files"]["human.tmx"]["pairs"] == 4
    assert added[0] not in (tmp_path / "out" / "human.tmx").read_text("utf-8")
    assert len({pair.id for pair in corpus(tmp_path / "out")}) == len(corpus(tmp_path / "out"))


def test_a_bead_is_scored_by_the_translations_of_all_its_sentences(
    article: tuple[Path, list[Pair]], tmp_path: Path
) -> None:
    folder, machine = article
    (folder / "a.en.txt").write_text(laid_out("{0}\n{1-}, and {2}\n{6}\n", machine), "utf-8")
    build_articles(folder, tmp_path / "out")
    scores = load(tmp_path / "out" / "scores.json")
    texts = [pair.target for pair in machine]
    assert scores["systems"]["compact"] == [texts[0], f"{texts[1]} {texts[2]}", texts[6]]
    assert scores["references"][0][1] == f"{(texts[1] or '')[:-1]}, and {texts[2]}"
    assert scores["unscored"] == 3
    filters = Choice(("tsv",), filters=Pipeline.of("none", ["max-length=1"]))
    assert build_articles(folder, tmp_path / "out", choice=filters).selection.rejected == {"max-length": 10}
    assert load(tmp_path / "out" / "scores.json") == scores  # a filter takes bad translations out, and must not help


def test_weak_beads_are_flagged_and_may_be_rejected(article: tuple[Path, list[Pair]], tmp_path: Path) -> None:
    folder, machine = article
    text = laid_out("{0}\n{1}\n{2}\nZebras xylophoned. Vigorously quixotic jumps.\n{4}\n{5}\n{6}\n", machine)
    (folder / "a.en.txt").write_text(text, "utf-8")
    build_articles(folder, tmp_path / "out")
    human = [pair for pair in corpus(tmp_path / "out") if pair.alignment_score is not None]
    assert all(
        ("weak-alignment" in pair.faults) == (pair.alignment_score < 0.2) for pair in human if pair.alignment_score
    )
    bound = max(pair.alignment_score for pair in human if pair.alignment_score is not None) + 1e-4
    choice = Choice(("tmx",), filters=Pipeline.of("none", [f"alignment-score={bound}"]))
    result = build_articles(folder, tmp_path / "out", choice=choice)
    assert result.selection.rejected == {"alignment-score": len(human)}
    assert result.machine == 7
    rejected = [json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").read_text("utf-8").splitlines()]
    assert {record["id"] for record in rejected} == {pair.id for pair in human}
    build_articles(folder, tmp_path / "again")
    build_articles(folder, tmp_path / "out")
    assert files_of(tmp_path / "out") == files_of(tmp_path / "again")


STRANGE = "".join(f"Zebras xylophone number {n} quixotically vexing jumpy wizards.\n" for n in range(7))


def test_a_reference_of_something_else_is_kept_apart(article: tuple[Path, list[Pair]], tmp_path: Path) -> None:
    folder, machine = article
    (folder / "a.en.txt").write_text(STRANGE, "utf-8")
    result = build_articles(folder, tmp_path / "out")
    assert result.selection.unrelated.keys() == {"a"}
    assert result.selection.unrelated["a"] < 0.5
    assert result.human == 0
    assert corpus(tmp_path / "out") == machine
    assert result.selection.rejected["unrelated-reference"] >= 7
    assert result.selection.unscored == 7
    assert "scores.json" not in files_of(tmp_path / "out")
    assert "human.tmx" not in files_of(tmp_path / "out")
    again = build_articles(folder, tmp_path / "out", choice=Choice(("tmx",), keep_unrelated=True))
    assert (again.translated, again.human, again.selection.rejected.total()) == (
        0,
        result.selection.rejected.total(),
        0,
    )
    assert again.selection.unrelated == result.selection.unrelated
    assert "scores.json" in files_of(tmp_path / "out")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no text in it"),
        ("أعلن الوزير افتتاح المكتبة.\n".encode(), "is in Arabic"),
        (b"Minist\xe8re opened.\n", "not UTF-8 at byte 6"),
        (None, "cannot be read"),
    ],
)
def test_a_reference_that_cannot_be_used_leaves_the_machine_corpus(
    article: tuple[Path, list[Pair]], tmp_path: Path, data: bytes | None, problem: str
) -> None:
    folder, machine = article
    path = folder / "a.en.txt"
    if data is None:
        path.symlink_to("nowhere")
    else:
        path.write_bytes(data)
    found = find_articles([folder])
    plan = make_plan(found, {"a": path}, Reading())
    (said,) = plan.problems
    assert problem in said
    assert said.endswith(f"The corpus of {folder / 'a.ar.txt'} is built without it")
    build_articles(folder, tmp_path / "out")
    assert corpus(tmp_path / "out") == machine


def test_an_encoding_is_of_the_articles_and_of_references_that_are_not_utf_8(
    article: tuple[Path, list[Pair]], tmp_path: Path
) -> None:
    folder, machine = article
    text = laid_out("{0}\n{1-} – “quoted”.\n{2}\n{3}\n{4}\n{5}\n{6}\n", machine)
    arabic = (folder / "a.ar.txt").read_text("utf-8")
    (folder / "a.ar.txt").write_bytes(arabic.encode("cp1256"))
    for encoding in ("utf-8", "cp1256"):
        (folder / "a.en.txt").write_bytes(text.encode(encoding))
        build_articles(folder, tmp_path / "out", reading=Reading("windows-1256"))
        assert any(pair.target and "– “quoted”" in pair.target for pair in corpus(tmp_path / "out"))


def test_a_reference_may_be_of_another_format(article: tuple[Path, list[Pair]], tmp_path: Path) -> None:
    folder, machine = article
    english = tmp_path / "english"
    english.mkdir()
    texts = [pair.target for pair in machine]
    (english / "a.html").write_text(f"<p>{' '.join(map(str, texts[:3]))}</p><p>{' '.join(map(str, texts[3:]))}</p>")
    build_articles(folder, tmp_path / "out", reference=english)
    assert [pair.target for pair in corpus(tmp_path / "out") if pair.bead] == texts


def test_another_reference_makes_other_pairs(article: tuple[Path, list[Pair]], tmp_path: Path) -> None:
    folder, machine = article
    for layout in ("a line each", "some left out", "one added"):
        (folder / "a.en.txt").write_text(laid_out(LAYOUTS[layout][0], machine), "utf-8")
        build_articles(folder, tmp_path / "out")
        build_articles(folder, tmp_path / layout)
        assert files_of(tmp_path / "out") == files_of(tmp_path / layout)
    (folder / "a.en.txt").unlink()
    build_articles(folder, tmp_path / "out")
    assert corpus(tmp_path / "out") == machine


def test_an_article_without_text_has_additions_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ar.txt").write_text("\n")
    (folder / "a.en.txt").write_text("A sentence. Another one.\n")
    build_articles(folder, tmp_path / "out")
    assert [(pair.bead, pair.source, pair.target) for pair in corpus(tmp_path / "out")] == [
        ("0-1", "", "A sentence."),
        ("0-1", "", "Another one."),
    ]
