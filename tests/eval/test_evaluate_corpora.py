"""What is scored may stand in corpora: the right side is taken, and references find their translations."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from corpus.formats import FORMATS, write
from corpus.pair import Pair
from eval.inputs import Role, label, read_corpus, read_side
from mt.cli import cli, service
from mt.errors import InputError

SOURCE = ["هبّت الريح ليلا.", "سقطت شجرة.", "لم يُصب أحد.", "نام الحيّ."]
MACHINE = ["Wind blew at night.", "A tree fell.", "No one was hurt.", "The quarter slept."]
# Of the formats that tell human pairs from the machine's.
EXTENSIONS = [e for form in FORMATS.values() if form.readable and "origin" in form.fields for e in form.extensions]
HUMAN = ["The wind rose at night.", "A tree came down, but no one was hurt.", "The quarter slept on."]


def machine(sentence: int, document: str = "storm", **fields: Any) -> Pair:
    place = (document, 0, sentence, 20 * sentence, 20 * sentence + 15)
    return Pair(*place, SOURCE[sentence], MACHINE[sentence], "machine", **{"model": "m@1", **fields})


def human(sentence: int, source: str, target: str | None, bead: str | None, document: str = "storm") -> Pair:
    return Pair(document, 0, sentence, 20 * sentence, 20 * sentence + 15, source, target, "human", bead=bead)


PAIRS = [
    machine(0),
    human(0, SOURCE[0], HUMAN[0], "1-1"),
    machine(1),
    machine(2),
    human(1, f"{SOURCE[1]} {SOURCE[2]}", HUMAN[1], "2-1"),
    human(3, "", "So it was said.", "0-1"),
    machine(3, "quiet"),
    human(3, SOURCE[3], HUMAN[2], "1-1", "quiet"),
    human(9, "عاد الهدوء.", None, "1-0", "quiet"),
    human(9, "عاد الهدوء.", "Calm came back.", None, "quiet"),
]


@pytest.fixture(params=["corpus.jsonl", "folder"])
def corpus(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give the pairs above, as a file and as a corpus folder."""
    folder = tmp_path / "folder"
    folder.mkdir()
    write(PAIRS, folder / "corpus.jsonl")
    return folder if request.param == "folder" else folder / "corpus.jsonl"


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["evaluate", *map(str, arguments), "--metric", "chrf2", "--bootstrap", "20"])


def test_a_reference_meets_the_translations_of_all_its_sentences(corpus: Path) -> None:
    found = read_corpus(str(corpus), service("read"))
    assert found.hypothesis.segments == [MACHINE[0], f"{MACHINE[1]} {MACHINE[2]}", MACHINE[3]]
    assert found.reference.segments == HUMAN
    assert found.source.segments[1] == f"{SOURCE[1]} {SOURCE[2]}"
    assert found.source.documents == ["storm", "storm", "quiet"]
    assert (found.model, found.unscored) == ("m@1", 1)


def test_without_beads_the_text_tells_the_sentences(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    write([*PAIRS[:-2], human(2, "كلام آخر.", "Other words.", None, "quiet")], path)
    found = read_corpus(str(path), service("read"))
    assert found.hypothesis.segments == [MACHINE[0], f"{MACHINE[1]} {MACHINE[2]}", MACHINE[3]]
    assert found.unscored == 1


def test_a_corpus_is_scored_by_itself(corpus: Path) -> None:
    result = evaluate(corpus, "--by", "document", "--json", "-")
    document = json.loads(result.stdout)
    assert [system["name"] for system in document["systems"]] == ["m@1"]
    assert document["test_set"]["segments"] == 3
    assert [group["name"] for group in document["groups"]] == ["storm", "quiet"]
    assert "missing-number" in document["systems"][0]["checks"]
    assert "note: 1 reference(s) of the corpus have no translation" in result.stderr


def test_a_corpus_and_further_hypotheses(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "other.en").write_text("".join(f"{text}\n" for text in HUMAN), encoding="utf-8")
    result = evaluate(corpus, "--hypothesis", f"other={tmp_path / 'other.en'}", "--json", "-")
    mine, other = json.loads(result.stdout)["systems"]
    assert mine["metrics"]["chrf2"]["score"] < other["metrics"]["chrf2"]["score"] == 100


@pytest.mark.parametrize("name", [*(f"pairs{extension}" for extension in EXTENSIONS), "pairs.jsonl.zst"])
def test_each_option_takes_its_side(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write([machine(0), machine(1), human(0, SOURCE[0], HUMAN[0], None), human(1, SOURCE[1], HUMAN[1], None)], path)
    read = service("read")
    assert read_side(str(path), "source", read).segments == SOURCE[:2]
    assert read_side(str(path), "reference", read).segments == HUMAN[:2]
    assert read_side(str(path), "hypothesis", read).segments == MACHINE[:2]
    assert read_side(str(path), "source", read).documents == ["storm", "storm"]
    result = evaluate("--source", path, "--reference", path, "--hypothesis", path)
    assert result.exit_code == 0, result.output
    assert name in result.stdout


def test_a_bare_file_gives_its_targets_to_either_side(tmp_path: Path) -> None:
    path = tmp_path / "outputs.tsv"
    path.write_text("".join(f"{s}\t{t}\n" for s, t in zip(SOURCE, MACHINE, strict=True)), encoding="utf-8")
    roles: tuple[Role, ...] = ("reference", "hypothesis")
    for role in roles:
        assert read_side(str(path), role, service("read")).segments == MACHINE


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([machine(0)], "has no human pairs; .* --reference"),
        ([human(0, SOURCE[0], HUMAN[0], "1-1")], "has no machine pairs; .* --hypothesis"),
        ([machine(0), human(1, SOURCE[1], HUMAN[1], "1-1")], "no human pair has a machine pair"),
        ([human(0, "", "Added.", "0-1")], "has no pairs"),
    ],
    ids=["no reference", "no translation", "strangers", "nothing"],
)
def test_a_corpus_that_lacks_a_side_is_refused(pairs: list[Pair], message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write(pairs, path)
    with pytest.raises(InputError, match=message):
        read_corpus(str(path), service("read"))


def test_a_reference_is_human(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write([machine(0)], path)
    with pytest.raises(InputError, match="has no human pairs, and so no reference"):
        read_side(str(path), "reference", service("read"))


def test_lines_are_no_corpus(tmp_path: Path) -> None:
    path = tmp_path / "lines.en"
    path.write_text("One.\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no corpus"):
        read_corpus(str(path), service("read"))


def test_a_broken_corpus_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"id": 1}\n', encoding="utf-8")
    result = evaluate(path)
    assert result.exit_code == 1
    assert f"error: {label(str(path))}:1: " in result.stderr
