"""Time an evaluation and its parts, beside sacreBLEU's own paired bootstrap on the same texts.

    python benchmarks/evaluate.py --source S.ar --reference R.en --hypothesis A.en B.en C.en D.en

Times depend on the machine; the ratio to sacreBLEU, which does the same work less the checks, hardly does.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sacrebleu.significance import PairedTest

from eval.bootstrap import Plan, resample
from eval.checks import check
from eval.evaluation import Texts, assess
from eval.metrics import METRICS, measure
from eval.realign import realign
from eval.segments import read_segments


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--source", type=Path, required=True, help="Arabic text, one segment a line")
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--hypothesis", type=Path, nargs="+", required=True)
    parser.add_argument("--metric", choices=METRICS, nargs="+", default=["bleu", "chrf2"])
    parser.add_argument("--resamples", type=int, default=1000)
    arguments = parser.parse_args()

    source, reference = read_segments(arguments.source), read_segments(arguments.reference)
    systems = {path.name: read_segments(path) for path in arguments.hypothesis}
    plan = Plan(arguments.resamples)
    print(f"{len(systems)} systems, {len(reference):,} segments, {plan.resamples:,} resamples")

    columns = []
    for metric in arguments.metric:
        measured = timed(f"counting {metric}", partial(measure, metric, systems, [reference]))
        columns += [measurement.column for measurement in measured.values()]
    for name, hypotheses in systems.items():
        columns += timed(f"checks of {name}", partial(check, hypotheses, source)).values()
    timed(f"resampling {len(columns)} columns", lambda: resample(columns, plan))
    words = " ".join(next(iter(systems.values()))).split()
    timed(f"realigning {len(words):,} words", lambda: realign([" ".join(words)], [reference]))
    timed("all but realigning", lambda: assess(systems, Texts([reference], source), arguments.metric, plan=plan))
    if len(systems) > 1:
        metrics = {metric: METRICS[metric].build() for metric in arguments.metric}
        test = PairedTest(list(systems.items()), metrics, [reference], "bs", n_samples=plan.resamples)
        timed("sacreBLEU's paired bootstrap, less the first system's counting", test)


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do the work and print how long it took."""
    start = time.perf_counter()
    result = work()
    print(f"  {what:64} {time.perf_counter() - start:7.2f} s")
    return result


if __name__ == "__main__":
    main()
