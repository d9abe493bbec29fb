"""The scores are sacreBLEU's, to the last digit, whatever the references look like."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import DEFAULT, METRICS, measure, score
from mt.errors import InputError

HYPOTHESES = [
    "The ferry to Qantara leaves the small harbour at six in the morning.",
    "Salma has sold 1,250 jars of honey since the spring fair .",
    "",
    'It\'s raining; nobody "expected" that, said the baker & his son.',
    "Nothing here agrees whatsoever",
    "old bridge the was in 1987 rebuilt by engineers.",
    "Good morning.",
]
REFERENCES = [
    "The ferry for Qantara leaves from the little harbour at six o'clock in the morning.",
    "Salma has sold 1,250 jars of honey since the spring fair.",
    "The library is closed on Fridays.",
    "It is raining; no one expected that, said the baker and his son.",
    "Completely other words stand in this place.",
    "The old bridge was rebuilt in 1987 by engineers.",
    "Good morning.",
]
FURTHER = [
    "The Qantara ferry sails from the small harbour at 6 a.m.",
    "Since the spring fair, Salma has sold 1,250 honey jars.",
    "On Fridays the library is closed.",
    "It's raining, which nobody expected, the baker and his son said.",
    "Nothing whatsoever agrees here.",
    "Engineers rebuilt the old bridge in 1987.",
    "Good day.",
]

OPTIONS = {
    "bleu": ["-m", "bleu"],
    "chrf2": ["-m", "chrf"],
    "chrf2++": ["-m", "chrf", "--chrf-word-order", "2"],
    "ter": ["-m", "ter"],
}

words = st.lists(
    st.sampled_from(["the", "a", "old", "new", "market", "opens", "closes", "at", "noon", ".", ",", "1987"]),
    min_size=4,
    max_size=9,
)
sentences = words.map(" ".join)
corpora = st.lists(sentences, min_size=1, max_size=5)


def sacrebleu(folder: Path, references: list[list[str]], *options: str) -> str:
    """Run sacreBLEU's own command on files of its own."""
    columns = {f"reference-{number}": column for number, column in enumerate(references)}
    for name, lines in {**columns, "hypothesis": HYPOTHESES}.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    arguments = [*columns, "--input", "hypothesis", "--quiet", "--force", "--width", "14", *options]
    command = [sys.executable, "-m", "sacrebleu", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8").stdout


@pytest.mark.parametrize("references", [[REFERENCES], [REFERENCES, FURTHER]], ids=["one", "two"])
@pytest.mark.parametrize("metric", METRICS)
def test_corpus_score_and_signature_are_those_of_the_command(
    metric: str, references: list[list[str]], tmp_path: Path
) -> None:
    theirs = json.loads(sacrebleu(tmp_path, references, "--format", "json", *OPTIONS[metric]))
    ours = score(HYPOTHESES, references, [metric])[metric]
    assert float(f"{ours.score:.14f}") == theirs["score"]
    assert ours.signature == theirs["signature"]
    assert METRICS[metric].label == theirs["name"]


@pytest.mark.parametrize("metric", METRICS)
def test_sentence_scores_are_those_of_the_command(metric: str, tmp_path: Path) -> None:
    theirs = sacrebleu(tmp_path, [REFERENCES, FURTHER], "--sentence-level", "--score-only", *OPTIONS[metric])
    ours = measure(metric, {"system": HYPOTHESES}, [REFERENCES, FURTHER])["system"].segments
    assert [f"{value:.14f}" for value in ours] == theirs.split()


def test_every_metric_is_computed_unless_some_are_named() -> None:
    assert list(score(HYPOTHESES, [REFERENCES])) == list(DEFAULT) == ["bleu", "chrf2", "chrf2++", "ter"]
    assert list(score(HYPOTHESES, [REFERENCES], ["ter", "bleu"])) == ["ter", "bleu"]


@pytest.mark.parametrize("metric", METRICS)
def test_scores_do_not_depend_on_the_size_of_a_block(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gaps = [None, *FURTHER[1:5], None, None]
    whole = measure(metric, {"a": HYPOTHESES, "b": FURTHER}, [REFERENCES, gaps])
    monkeypatch.setattr("eval.metrics._BLOCK", 2)
    assert measure(metric, {"a": HYPOTHESES, "b": FURTHER}, [REFERENCES, gaps]) == whole


def test_progress_adds_up_to_every_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.metrics._BLOCK", 3)
    steps: list[int] = []
    measure("bleu", {"a": HYPOTHESES, "b": FURTHER}, [REFERENCES], steps.append)
    assert steps == [3, 3, 3, 3, 1, 1]


@pytest.mark.parametrize("metric", METRICS)
def test_references_vary_in_number(metric: str) -> None:
    gaps: list[str | None] = [None, FURTHER[1], *[None] * 5]
    measured = measure(metric, {"system": HYPOTHESES}, [REFERENCES, gaps])["system"]
    one = measure(metric, {"system": HYPOTHESES}, [REFERENCES])["system"]
    two = measure(metric, {"system": HYPOTHESES}, [REFERENCES, FURTHER])["system"]
    assert measured.segments == (one.segments[0], two.segments[1], *one.segments[2:])
    assert "nrefs:var|" in measured.score.signature
    assert "nrefs:1|" in one.score.signature


@pytest.mark.parametrize("metric", METRICS)
def test_an_empty_set_of_references_changes_nothing(metric: str) -> None:
    assert score(HYPOTHESES, [REFERENCES, [None] * 7], [metric]) == score(HYPOTHESES, [REFERENCES], [metric])


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        (HYPOTHESES[:5], [REFERENCES], "the system has 5 segments, but reference set 1 has 7"),
        (HYPOTHESES, [REFERENCES, FURTHER[:4]], "reference set 2 has 4 segments, but reference set 1 has 7"),
        (HYPOTHESES, [[reference] for reference in REFERENCES], "the system has 7 segments, but reference set 1 has 1"),
        (HYPOTHESES, [], "no references"),
        ([], [[]], "no segments"),
        (["One.", "Two."], [["One.", None], [None, None]], "segment 2 has no reference"),
    ],
    ids=["short hypotheses", "short references", "transposed", "no references", "no segments", "a gap in all"],
)
def test_what_cannot_be_scored_is_refused(
    hypotheses: list[str], references: list[list[str | None]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        score(hypotheses, references)


def test_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'meteor'.* bleu, chrf2, chrf2\+\+, ter"):
        score(HYPOTHESES, [REFERENCES], ["meteor"])


@pytest.mark.parametrize(("hypotheses", "references"), [("abc", [["a", "b", "c"]]), (["a", "b", "c"], ["abc"])])
def test_a_string_is_not_taken_for_a_sequence_of_segments(
    hypotheses: list[str] | str, references: list[list[str]] | list[str]
) -> None:
    with pytest.raises(TypeError, match="not one string"):
        score(hypotheses, references)


def test_tokenised_text_leaves_the_logs_silent(caplog: pytest.LogCaptureFixture) -> None:
    score(["It ends here ."] * 200, [["It ends here."] * 200])
    assert not caplog.records


@given(corpora)
@settings(max_examples=30)
def test_a_perfect_translation_scores_a_hundred(corpus: list[str]) -> None:
    scores = score(corpus, [corpus])
    assert [scores[name].score for name in ("bleu", "chrf2", "chrf2++")] == pytest.approx([100] * 3)
    assert scores["ter"].score == 0


@given(st.lists(st.tuples(sentences, sentences, sentences), min_size=1, max_size=5), st.randoms())
@settings(max_examples=30)
def test_the_order_of_segments_and_systems_is_irrelevant(rows: list[tuple[str, str, str]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    for metric in METRICS:
        first, second, reference = map(list, zip(*rows, strict=True))
        measured = measure(metric, {"first": first, "second": second}, [reference])
        first, second, reference = map(list, zip(*shuffled, strict=True))
        again = measure(metric, {"second": second, "first": first}, [reference])
        assert {name: m.score for name, m in again.items()} == {name: m.score for name, m in measured.items()}
        assert sorted(again["first"].segments) == sorted(measured["first"].segments)
