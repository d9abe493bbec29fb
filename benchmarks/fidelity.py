"""Count the faults that `mt.fidelity` finds in translations, and show them, so that anybody can judge the checks.

    python benchmarks/fidelity.py --source S.ar --hypothesis A.en B.en             counts and rates
    python benchmarks/fidelity.py --source S.ar --hypothesis A.en --show too-short   the sentences themselves
    python benchmarks/fidelity.py --source S.ar --hypothesis A.en B.en --labels L.tsv   against what a reader found

Give human references as a hypothesis to see the false alarms. Labels are lines of a file's name, a number of a sentence
from 1, and its faults with commas between; only sentences that have a line count. Precision: how many alarms are true;
recall: how many of the reader's faults are found; in brackets the 95 % interval (Wilson 1927).
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping
from math import sqrt
from pathlib import Path

from eval.segments import read_segments
from mt.fidelity import FAULTS, faults


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--source", type=Path, required=True, help="Arabic text, one sentence a line")
    parser.add_argument("--hypothesis", type=Path, nargs="+", required=True, help="translations, line by line")
    parser.add_argument("--show", choices=FAULTS, help="print the sentences that have this fault")
    parser.add_argument("--labels", type=Path, help="faults that a reader found: file, number, faults")
    arguments = parser.parse_args()

    sources = read_segments(arguments.source)
    alarms: dict[tuple[str, int], set[str]] = {}
    for path in arguments.hypothesis:
        targets = read_segments(path)
        if len(targets) != len(sources):
            parser.error(f"{path} has {len(targets)} lines and {arguments.source} {len(sources)}; give parallel files")
        start = time.perf_counter()
        found = [faults(source, target) for source, target in zip(sources, targets, strict=True)]
        seconds = time.perf_counter() - start
        alarms |= {(path.name, number): set(names) for number, names in enumerate(found, start=1)}

        print(f"{path}: {len(targets)} sentences, {len(targets) / seconds:,.0f} a second")
        counts = Counter(name for names in found for name in names)
        for name in FAULTS:
            print(f"  {name:18} {counts[name]:7} {counts[name] / len(targets):8.2%}")
        print(f"  {'any':18} {sum(map(bool, found)):7} {sum(map(bool, found)) / len(targets):8.2%}")
        for number, names in enumerate(found, start=1):
            if arguments.show in names:
                print(f"\n{path}:{number}: {', '.join(names)}\n  {sources[number - 1]}\n  {targets[number - 1]}")
    if arguments.labels:
        compare(arguments.labels, alarms)


def compare(path: Path, alarms: Mapping[tuple[str, int], set[str]]) -> None:
    """Print each check's precision and recall on the labelled sentences, and where the reader disagrees."""
    rows = [line.split("\t") for line in read_segments(path)]
    labels = {(name, int(number)): set(filter(None, names.split(","))) for name, number, names in rows}
    missing = sorted({name for name, _ in labels} - {name for name, _ in alarms})
    if missing:
        raise SystemExit(f"{path}: labels {', '.join(missing)}; give these files too, with --hypothesis")
    print(f"\n{len(labels)} labelled sentences\n  {'':18} alarms  faults  true  precision             recall")
    for fault in FAULTS:
        alarmed = {key for key in labels if fault in alarms[key]}
        faulty = {key for key, names in labels.items() if fault in names}
        if not alarmed and not faulty:
            continue
        true = len(alarmed & faulty)
        rates = f"{rate(true, len(alarmed)):20}  {rate(true, len(faulty))}"
        print(f"  {fault:18} {len(alarmed):6}  {len(faulty):6}  {true:4}  {rates}")
        for what, keys in (("false alarm", alarmed - faulty), ("missed", faulty - alarmed)):
            print(
                *(f"    {what}: {name}:{number}" for name, number in sorted(keys)), sep="\n", end="\n" if keys else ""
            )


def rate(part: int, whole: int) -> str:
    """Write a share with its interval."""
    if not whole:
        return "–"
    share, z = part / whole, 1.96
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return f"{share:5.0%} ({middle - half:.0%}–{middle + half:.0%})"


if __name__ == "__main__":
    main()
