"""The document, the records and the table say what was measured."""

import json

import pytest

from eval.metrics import Measurement, Score, score
from eval.report import System, measure_systems, scores_document, segment_records, show, to_document
from mt.errors import InputError

REFERENCE = ["The well dried up in August.", "They dug another one behind the school.", "It gives sweet water."]
SYSTEMS = {
    "first": ["The well dried out in August.", "They dug another behind the school.", "It gives sweet water."],
    "second": ["In August the well was dry.", "Behind the school they dug.", "Water sweet."],
}


def measured(name: str, bleu: float, ter: float) -> System:
    columns = {
        "bleu": Measurement(Score("bleu", bleu, "nrefs:1|tok:13a"), (bleu, 0.0)),
        "ter": Measurement(Score("ter", ter, "nrefs:1|tok:tercom"), (ter, 100.0)),
    }
    return System(name, 2, columns)


def test_the_document_holds_every_score_unrounded_with_its_signature() -> None:
    document = scores_document(SYSTEMS, [REFERENCE])
    assert document["version"] == 1
    assert document["comparisons"] == []
    assert [system["name"] for system in document["systems"]] == ["first", "second"]
    for system in document["systems"]:
        scores = score(SYSTEMS[system["name"]], [REFERENCE])
        assert system["segments"] == 3
        assert system["metrics"] == {n: {"score": s.score, "signature": s.signature} for n, s in scores.items()}
    assert json.loads(json.dumps(document)) == document


def test_the_document_has_a_stable_shape() -> None:
    assert to_document([measured("one", 33.25, 50.5)]) == {
        "version": 1,
        "systems": [
            {
                "name": "one",
                "segments": 2,
                "metrics": {
                    "bleu": {"score": 33.25, "signature": "nrefs:1|tok:13a"},
                    "ter": {"score": 50.5, "signature": "nrefs:1|tok:tercom"},
                },
            }
        ],
        "comparisons": [],
    }


def test_a_system_of_another_length_is_named() -> None:
    with pytest.raises(InputError, match="second has 2 segments, but reference set 1 has 3"):
        scores_document({**SYSTEMS, "second": ["One.", "Two."]}, [REFERENCE])


def test_records_number_the_segments_from_one() -> None:
    assert list(segment_records([measured("one", 33.25, 50.5), measured("two", 20.0, 70.0)])) == [
        {"segment": 1, "systems": {"one": {"bleu": 33.25, "ter": 50.5}, "two": {"bleu": 20.0, "ter": 70.0}}},
        {"segment": 2, "systems": {"one": {"bleu": 0.0, "ter": 100.0}, "two": {"bleu": 0.0, "ter": 100.0}}},
    ]


def test_a_perfect_segment_stands_out_in_the_records() -> None:
    *others, last = segment_records(measure_systems(SYSTEMS, [REFERENCE]))
    assert last["systems"]["first"] == pytest.approx({"bleu": 100, "chrf2": 100, "chrf2++": 100, "ter": 0})
    assert all(record["systems"]["first"]["ter"] > 0 for record in others)


def test_the_plain_table_is_aligned_and_lists_the_signatures() -> None:
    assert show([measured("one", 33.25, 50.5), measured("the second", 100.0, 7.0)], terminal=False) == (
        "system      segments   BLEU   TER\n"
        "one                2   33.2  50.5\n"
        "the second         2  100.0   7.0\n"
        "\n"
        "BLEU  nrefs:1|tok:13a\n"
        "TER   nrefs:1|tok:tercom  (lower is better)"
    )


def test_the_terminal_table_takes_names_literally() -> None:
    table = show([measured("[bold]one[/bold]", 33.25, 50.5)], terminal=True)
    assert "[bold]one[/bold]" in table
    assert "33.2" in table
    assert "nrefs:1|tok:13a" in table
