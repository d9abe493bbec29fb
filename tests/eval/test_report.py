"""The document, the records and the tables say what was measured."""

import base64
import json
import zlib

import numpy as np
import pytest

from eval.bootstrap import Plan
from eval.evaluation import Evaluation, Texts, assess
from eval.gate import Bound, judge
from eval.metrics import score
from eval.models import Run
from eval.report import scores_document, segment_records, to_document
from eval.tables import show
from mt.errors import InputError

SOURCE = ["جفّت البئر في آب.", "حفروا أخرى خلف المدرسة.", "ماؤها عذب، وعمقها 12 مترا."]
REFERENCE = [
    "The well dried up in August.",
    "They dug another one behind the school.",
    "Its water is sweet, 12 m down.",
]
SYSTEMS = {
    "first": ["The well dried out in August.", "They dug another behind the school.", "Its water is sweet, 12 m down."],
    "second": ["In August the well was dry.", "Behind the school &amp; all they dug.", "Sweet water, 21 metres down."],
}
DOCUMENTS = ["north", "north", "south"]


def evaluation(plan: Plan = Plan(40), **options: object) -> Evaluation:  # noqa: B008 (frozen)
    return assess(SYSTEMS, Texts([REFERENCE], SOURCE, DOCUMENTS), ["bleu", "ter"], plan=plan, **options)  # type: ignore[arg-type]  # passed on


def test_the_document_holds_every_score_unrounded_with_its_signature() -> None:
    document = scores_document(SYSTEMS, [REFERENCE])
    assert list(document) == ["version", "systems", "comparisons", "test_set", "bootstrap"]
    assert document["version"] == 1
    assert document["bootstrap"] == {"resamples": 1000, "seed": 12345}
    for system in document["systems"]:
        scores = score(SYSTEMS[system["name"]], [REFERENCE])
        assert list(system) == ["name", "segments", "metrics", "checks", "statistics"]
        assert system["segments"] == 3
        for name, metric in system["metrics"].items():
            assert list(metric) == ["score", "signature", "low", "high"]
            assert (metric["score"], metric["signature"]) == (scores[name].score, scores[name].signature)
            assert metric["low"] <= metric["high"]
    assert json.loads(json.dumps(document)) == document


def test_the_same_evaluation_gives_the_same_document() -> None:
    assert json.dumps(scores_document(SYSTEMS, [REFERENCE])) == json.dumps(scores_document(SYSTEMS, [REFERENCE]))


def test_documents_add_their_own_bounds_and_p_values() -> None:
    document = to_document(evaluation())
    assert document["test_set"]["documents"] == 2
    assert {"document_low", "document_high"} <= document["systems"][0]["metrics"]["bleu"].keys()
    (comparison,) = document["comparisons"]
    assert (comparison["baseline"], comparison["system"]) == ("first", "second")
    assert list(comparison["metrics"]["bleu"]) == ["difference", "p", "document_p"]
    assert set(comparison["metrics"]) == {"bleu", "ter"}
    assert comparison["checks"]["html-entity"]["difference"] == pytest.approx(100 / 3)


def test_checks_name_their_segments() -> None:
    _, second = to_document(evaluation())["systems"]
    assert second["checks"]["missing-number"]["numbers"] == [3]
    assert second["checks"]["html-entity"]["segments"] == 1
    assert second["checks"]["html-entity"]["rate"] == pytest.approx(100 / 3)
    assert second["checks"]["empty"]["numbers"] == []


def test_statistics_are_rows_that_sum_to_the_score() -> None:
    (first, _) = to_document(evaluation())["systems"]
    rows = np.frombuffer(zlib.decompress(base64.b64decode(first["statistics"]["ter"])), "<f8").reshape(3, 2)
    edits, words = rows.sum(axis=0)
    assert 100 * edits / words == first["metrics"]["ter"]["score"]


def test_without_resampling_there_are_scores_alone() -> None:
    document = to_document(evaluation(Plan(0)))
    assert (document["bootstrap"], document["comparisons"]) == (None, [])
    assert list(document["systems"][0]["metrics"]["bleu"]) == ["score", "signature"]


def test_groups_the_gate_and_runs_are_told_where_there_are_some() -> None:
    run = Run("model x", 3, 30, 2.0, 0, 2**30)
    found = evaluation(by=["document"], runs={"first": run}, realigned={"second": 2})
    document = to_document(found, judge(found, [Bound.parse("max", "missing-number=0")], None))
    assert [(group["by"], group["name"], group["segments"]) for group in document["groups"]] == [
        ("document", "north", 2),
        ("document", "south", 1),
    ]
    assert document["groups"][1]["scores"]["first"]["ter"] == 0
    assert document["gate"]["passed"] is False
    assert [bound["segments"] for bound in document["gate"]["bounds"]] == [[], [3]]
    first, second = document["systems"]
    assert first["run"]["sentences_per_second"] == 1.5
    assert second["realigned_from"] == 2
    assert second["metrics"]["bleu"]["signature"].endswith("|realigned:mwer")
    assert "realigned" not in first["metrics"]["bleu"]["signature"]


def test_a_cached_run_has_no_speed() -> None:
    assert Run("model x", 3, 30, 2.0, 1, None).rate(30) is None


def test_a_system_of_another_length_is_named() -> None:
    with pytest.raises(InputError, match="second has 2 segments, but reference set 1 has 3"):
        scores_document({**SYSTEMS, "second": ["One.", "Two."]}, [REFERENCE])


def test_records_tell_scores_and_faults_of_each_segment() -> None:
    found = evaluation()
    records = list(segment_records(found))
    assert [record["segment"] for record in records] == [1, 2, 3]
    assert [record["document"] for record in records] == DOCUMENTS
    assert records[2]["systems"]["first"] == {"bleu": pytest.approx(100), "ter": 0, "faults": []}
    assert records[2]["systems"]["second"]["faults"] == ["missing-number", "extra-number"]
    for system in found.systems:
        assert tuple(r["systems"][system.name]["bleu"] for r in records) == system.measurements["bleu"].segments


def test_the_plain_tables_are_aligned_and_explained() -> None:
    tables = show(evaluation(by=["numbers"], runs={"second": Run("model x", 3, 30, 2.0, 0, 2**30)}), terminal=False)
    scores, runs, differences, faults, groups, notes = tables.split("\n\n")
    assert [line.split()[0] for line in scores.splitlines()] == ["system", "first", "second"]
    assert len({len(line) for line in scores.splitlines()}) == 1
    assert runs.splitlines()[1].split() == ["second", "1.5", "15.0", "1,024", "MiB"]
    assert differences.splitlines()[0].split() == ["against", "first", "BLEU", "TER"]
    assert differences.splitlines()[1].startswith("second")
    assert [line.split()[:2] for line in faults.splitlines()[1:]] == [
        ["missing-number", "0"],
        ["extra-number", "0"],
        ["html-entity", "0"],
    ]
    assert groups.splitlines()[0].split() == ["BLEU", "by", "numbers", "segments", "first", "second"]
    bleu, ter, how, half, p = notes.splitlines()
    assert bleu.startswith("BLEU  nrefs:1|case:mixed")
    assert ter.endswith("(lower is better)")
    assert how == "second: model x"
    assert half == "±: half a 95 % interval; 40 resamples of 2 documents, seed 12345"
    assert p == "p: paired bootstrap; *: unlike first, p < 0.05"


def test_a_realigned_system_is_told_apart() -> None:
    tables = show(evaluation(Plan(0), realigned={"second": 2}), terminal=False)
    assert "second: 2 segments cut into 3 by minimum word edit distance" in tables
    assert tables.count("BLEU  nrefs:1") == 2
    assert "±" not in tables


def test_the_terminal_table_takes_names_literally() -> None:
    found = assess({"[bold]one[/bold]": REFERENCE}, Texts([REFERENCE]), ["bleu"], plan=Plan(0))
    table = show(found, terminal=True)
    assert "[bold]one[/bold]" in table
    assert "100.0" in table
