"""Count the faults that `mt.fidelity` finds in translations, and show them, so that anybody can judge the checks.

    python benchmarks/fidelity.py --source S.ar --hypothesis A.en B.en             counts and rates
    python benchmarks/fidelity.py --source S.ar --hypothesis A.en --show too-short   the sentences themselves

Give human references as a hypothesis to see the false alarms.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mt.fidelity import FAULTS, faults


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--source", type=Path, required=True, help="Arabic text, one sentence a line")
    parser.add_argument("--hypothesis", type=Path, nargs="+", required=True, help="translations, line by line")
    parser.add_argument("--show", choices=FAULTS, help="print the sentences that have this fault")
    arguments = parser.parse_args()

    sources = read_lines(arguments.source)
    for path in arguments.hypothesis:
        targets = read_lines(path)
        if len(targets) != len(sources):
            parser.error(f"{path} has {len(targets)} lines and {arguments.source} {len(sources)}; give parallel files")
        start = time.perf_counter()
        found = [faults(source, target) for source, target in zip(sources, targets, strict=True)]
        seconds = time.perf_counter() - start

        print(f"{path}: {len(targets)} sentences, {len(targets) / seconds:,.0f} a second")
        counts = Counter(name for names in found for name in names)
        for name in FAULTS:
            print(f"  {name:18} {counts[name]:7} {counts[name] / len(targets):8.2%}")
        print(f"  {'any':18} {sum(map(bool, found)):7} {sum(map(bool, found)) / len(targets):8.2%}")
        for number, names in enumerate(found, start=1):
            if arguments.show in names:
                print(f"\n{path}:{number}: {', '.join(names)}\n  {sources[number - 1]}\n  {targets[number - 1]}")


def read_lines(path: Path) -> list[str]:
    """Read the lines of a UTF-8 file, which only a line feed ends."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


if __name__ == "__main__":
    main()
