"""The labels that the checks are measured by (`benchmarks/fidelity.py --labels`): whether they are in order."""

from collections import Counter
from pathlib import Path

from eval.checks import CHECKS

LABELS = Path(__file__).with_name("labels") / "flores-dev.tsv"
SEGMENTS = 997


def test_each_translation_is_labelled_once_with_known_faults() -> None:
    rows = [line.split("\t") for line in LABELS.read_text("utf-8").splitlines()]
    assert len(rows) == len({(system, number) for system, number, _ in rows}) == 200
    assert {system for system, _, _ in rows} == {f"flores-dev.{s}.en" for s in ("argos", "google", "nllb", "opusmt")}
    assert all(1 <= int(number) <= SEGMENTS for _, number, _ in rows)
    faults = [faults.split(",") if faults else [] for _, _, faults in rows]
    assert all(names == [name for name in CHECKS if name in names] for names in faults)
    counts = Counter(name for names in faults for name in names)
    assert all(counts[name] >= 2 for name in ("too-short", "missing-number", "missing-latin", "html-entity"))
    assert sum(not names for names in faults) > 100
