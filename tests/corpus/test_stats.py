"""A corpus in numbers: each of them counted here in the plainest way too."""

import json
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from corpus import formats, stats
from corpus.pair import Pair
from corpus.stats import QUANTILES, Distribution, describe, filters_yield
from mt.errors import FormatError
from tests import command

PAIRS = [
    Pair("حديقة", 0, 0, 0, 15, "زرع سالم شجرة .", "Salem planted a tree .", "machine", "m@1", -0.4),
    Pair("حديقة", 0, 0, 0, 15, "زرع سالم شجرة .", "A tree was planted.", "human", None, None, "1-1", 0.7),
    Pair("حديقة", 1, 1, 16, 20, "نمت.", "It grew.", "machine", "m@1", -0.8, faults=("too-short", "repetition")),
    Pair("حديقة", 1, 2, 21, 24, "TV", None, "human", None, None, "1-0"),
    Pair("حديقة", 1, 3, 24, 24, "", "Rain fell.", "human", None, None, "0-1", None, (), 9, 19),
    Pair("سطح", 0, 0, 0, 4, "نمت.", "It grew.", "machine", "m@2", -1.2, faults=("too-short",)),
    Pair("سطح", 0, 1, 5, 9, "نمت.", "It slept.", "machine", "m@2", -1.6),
]


def muwazi(*args: str | Path, stdin: bytes | None = None) -> Result:
    return command.muwazi("stats", *args, stdin=stdin)


def test_a_corpus_in_numbers() -> None:
    found = describe(PAIRS).as_dict()
    simple = {name: value for name, value in found.items() if not isinstance(value, dict) or name == "duplicates"}
    assert simple == {
        "pairs": 7,
        "documents": 2,
        "paragraphs": 3,
        "sentences": 6,
        "without_source": 1,
        "without_target": 1,
        "faulty": 2,
        "duplicates": {"sources": 2, "pairs": 1},
    }
    assert found["origins"] == {"machine": 4, "human": 3}
    assert found["models"] == {"m@1": 2, "m@2": 2}
    assert found["beads"] == {"1-1": 1, "1-0": 1, "0-1": 1}
    assert found["faults"] == {"too-short": 2, "repetition": 1}
    assert found["source"]["texts"] == found["target"]["texts"] == 6
    assert found["source"]["characters"] == 15 + 15 + 4 + 2 + 4 + 4
    assert found["source"]["tokens"] == 4 + 4 + 1 + 1 + 1 + 1
    assert found["source"]["scripts"] == {"Arabic": round(31 / 33, 6), "Latin": round(2 / 33, 6)}
    assert found["target"]["scripts"] == {"Latin": 1.0}
    assert found["score"]["mean"] == -1.0
    assert found["score"]["quantiles"] == {"0.00": -1.6, "0.05": -1.6, "0.25": -1.6, "0.50": -1.2} | {
        "0.75": -0.8,
        "0.95": -0.4,
        "1.00": -0.4,
    }
    assert found["alignment_score"]["number"] == 1
    assert found["ratio"]["number"] == 5
    histogram = found["source"]["characters_per_text"]["histogram"]
    assert [(one["from"], one["to"], one["number"]) for one in histogram[:3]] == [(0, 10, 4), (10, 25, 2), (25, 50, 0)]
    assert histogram[-1]["to"] is None


def test_an_empty_corpus() -> None:
    found = describe([]).as_dict()
    assert found["pairs"] == found["documents"] == found["source"]["characters"] == 0
    assert found["ratio"] is found["score"] is found["source"]["tokens_per_text"] is None
    assert found["source"]["scripts"] == {}


TEXTS = st.lists(st.text(st.sampled_from("ابت abc 1.\t\n\u2028\u3000\u200f\xa0😀\ud800ぁ"), max_size=9), max_size=30)


@given(TEXTS, st.integers(1, 7))
def test_any_texts_in_batches_of_any_size(texts: list[str], batch: int) -> None:
    pairs = [Pair("د", 0, n, 0, 0, text, None, "human") for n, text in enumerate(texts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stats, "_BATCH", batch)
        found = describe(pairs).as_dict()
    side = found["source"]
    assert side["characters"] == sum(map(len, texts))
    assert side["tokens"] == sum(len(text.split()) for text in texts)
    assert found["duplicates"]["sources"] == len(texts) - len(set(texts))
    letters = Counter(letter in "ابت" for text in texts for letter in text if letter.isalpha())
    if letters:
        assert side["scripts"].get("Arabic", 0) == pytest.approx(letters[True] / letters.total(), abs=1e-6)


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=60))
def test_distributions(values: list[int]) -> None:
    distribution = Distribution(0.01, (-4, -1, 0, 1, 2))
    distribution.add([value / 100 for value in values])
    found = distribution.as_dict()
    assert found is not None
    assert found["number"] == len(values)
    assert found["mean"] == pytest.approx(mean(values) / 100, abs=0.001)
    for share in QUANTILES:
        at = found["quantiles"][f"{share:.2f}"] * 100
        assert sum(value <= at + 0.1 for value in values) >= share * len(values)
        assert sum(value < at - 0.1 for value in values) <= share * len(values)
    assert [one["number"] for one in found["histogram"]] == [
        sum(low <= value < high for value in values)
        for low, high in ((-400, -100), (-100, 0), (0, 100), (100, 200), (200, 1000))
    ]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    formats.write(PAIRS, folder / "corpus.jsonl")
    return folder


def rejected(path: Path, *names: str) -> Path:
    records: list[dict[str, Any]] = [
        {**PAIRS[0].as_dict(), "rejected": {"filter": name, "value": 9, "bound": 3}} for name in names
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def test_json_of_a_folder(corpus: Path) -> None:
    rejected(corpus / "rejected.jsonl", "copy", "length-ratio", "copy")
    result = muwazi(corpus, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document == {
        "version": 1,
        "file": str(corpus / "corpus.jsonl"),
        "format": "jsonl",
        **describe(PAIRS).as_dict(),
        "rejected": {"copy": 2, "length-ratio": 1},
    }


def test_a_file_of_rejected_pairs_is_named_or_lies_beside_the_corpus(corpus: Path, tmp_path: Path) -> None:
    path = rejected(tmp_path / "no.jsonl", "blank")
    assert filters_yield(path) == {"blank": 1}
    assert json.loads(muwazi(corpus, "--json").stdout)["rejected"] is None
    assert json.loads(muwazi(corpus, "--json", "--rejected", path).stdout)["rejected"] == {"blank": 1}
    assert muwazi(path).exit_code == 0  # which is a corpus itself
    with pytest.raises(FormatError, match=r"corpus\.jsonl:1: does not say which filter"):
        filters_yield(corpus / "corpus.jsonl")


def test_text(corpus: Path) -> None:
    rejected(corpus / "rejected.jsonl", "copy")
    text = muwazi(corpus).stdout
    rows = [line.split() for line in text.splitlines()]
    assert ["pairs", "7"] in rows
    assert ["machine", "4", "57.1%"] in rows
    assert ["characters", "44", "76"] in rows
    assert ["too-short", "2", "28.6%"] in rows
    assert ["(kept)", "7", "87.5%"] in rows
    assert ["copy", "1", "12.5%"] in rows
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("name", ["a.tmx", "a.tsv.gz", "a.ar", "a.parquet"])
def test_other_formats(tmp_path: Path, name: str) -> None:
    whole = [pair for pair in PAIRS if pair.source and pair.target]
    formats.write(whole, tmp_path / name)
    found = json.loads(muwazi(tmp_path / name, "--json").stdout)
    assert found["pairs"] == 5
    assert found["source"] == describe(whole).as_dict()["source"]


def test_pipes_and_errors(tmp_path: Path) -> None:
    result = muwazi("-", "--from", "tsv", "--json", stdin="نعم\tyes\n".encode())
    assert json.loads(result.stdout)["pairs"] == 1
    assert muwazi("-", stdin=b"").exit_code == 1
    assert muwazi(tmp_path / "none.tmx").exit_code == 1
    broken = tmp_path / "a.jsonl"
    broken.write_text("{\n", "utf-8")
    assert muwazi(broken).exit_code == 1


def test_a_terminal_gets_bars(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpus.stats_command import _show, _tables

    document = {"file": "corpus.jsonl", "format": "jsonl", **describe(PAIRS).as_dict(), "rejected": None}
    monkeypatch.setenv("COLUMNS", "100")
    _show(list(_tables(document)))
    rows = capsys.readouterr().out.splitlines()
    assert any("machine" in row and "█" * 17 in row for row in rows)
