"""Measures the page of an evaluation: how long it takes to write, to open, to filter and to put in order.

    python benchmarks/report.py --source S.ar --reference R.en --hypothesis A.en B.en --segments 5000 --systems 8

Texts and systems are taken again and again until there are as many as asked for. Opening is measured from the call of
headless Chromium to its load event; an action from the choice to the finished layout, the first one as a user has it
who chooses at once: it reads the page. Without Chromium the page is only written.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from eval.bootstrap import Plan
from eval.evaluation import Texts, assess
from eval.html import write_report
from eval.segments import read_segments
from tests.chromium import Browser

ACTIONS: Sequence[Mapping[str, str]] = (
    {"fault": "+"},
    {"fault": "+"},
    {},
    {"order": "low"},
    {"order": "worse"},
    {"system": "1", "against": "0"},
    {"below": "30"},
    {"group": "1"},
    {"text": "the"},
    {"text": "no such text"},
    {},
)
ACT = """([values]) => {
  const form = document.forms[0], start = performance.now();
  form.reset();
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.dispatchEvent(new Event("input"));
  form.requestSubmit();
  document.body.offsetHeight;
  return performance.now() - start;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--hypothesis", type=Path, nargs="+", required=True)
    parser.add_argument("--segments", type=int, default=5000)
    parser.add_argument("--systems", type=int, default=8)
    arguments = parser.parse_args()

    def texts(path: Path) -> list[str]:
        return list(islice(cycle(read_segments(path)), arguments.segments))

    paths = islice(cycle(arguments.hypothesis), arguments.systems)
    systems = {f"{path.stem} {number}": texts(path) for number, path in enumerate(paths, 1)}
    evaluation = assess(
        systems, Texts([texts(arguments.reference)], texts(arguments.source)), ("bleu", "chrf2"), plan=Plan(100)
    )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        start = time.perf_counter()
        write_report(evaluation, page, title="Benchmark")
        seconds = time.perf_counter() - start
        size = page.stat().st_size / 1e6
        print(f"{arguments.segments:,} segments, {len(systems)} systems: {size:.1f} MB, written in {seconds:.1f} s")
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if not chromium:
            raise SystemExit("no Chromium here: opening and choosing are not measured")
        measure(Browser(chromium, Path(folder) / "profile"), page)


def measure(browser: Browser, page: Path) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    start = time.perf_counter()
    browser.open(page)
    print(f"{'open':<40} {1000 * (time.perf_counter() - start):7,.0f} ms")
    for values in ACTIONS:
        milliseconds = browser.run(f"({ACT})([{json.dumps(values)}])")
        count = browser.run("document.forms[0].count.value")
        print(f"{', '.join(f'{k}={v}' for k, v in values.items()) or 'all':<40} {milliseconds:7,.0f} ms  {count}")
    browser.close()


if __name__ == "__main__":
    main()
