"""Measures the page of a corpus: how long it takes to write, to open and to search.

    python benchmarks/page.py CORPUS                    as it is: a corpus folder or file
    python benchmarks/page.py CORPUS --pairs 10000      its documents again and again, under other names

Opening is what headless Chromium reports of itself (`PerformanceNavigationTiming`): the time until the page answers
(`domInteractive`) and until it is complete. A search is measured from the key to the finished layout, the first one as
a user does it who types at once: it reads the page. Without Chromium the page is only written.
"""

import argparse
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from itertools import count, islice
from pathlib import Path

from corpus.formats import find, read
from corpus.page import write_page
from corpus.pair import Pair

QUERIES = ("المدينة", "المدينة", "the", "ا", "no such text", "")
# The policy of the page would stop this script: the copy that is measured has none.
PROBE = """<script>
addEventListener("load", () => setTimeout(() => {
  const form = document.forms[0], [opened] = performance.getEntriesByType("navigation");
  const ask = (query) => {
    form.text.value = query;
    const start = performance.now();
    form.dispatchEvent(new Event("input"));
    form.requestSubmit();
    document.body.offsetHeight;
    return [`search ${JSON.stringify(query)}`, performance.now() - start, form.count.value];
  };
  const rows = [
    ["interactive", opened.domInteractive, ""], ["complete", opened.loadEventEnd, ""], ...QUERIES.map(ask),
  ];
  const pre = document.createElement("pre");
  pre.id = "probe";
  pre.textContent = JSON.stringify(rows);
  document.body.replaceChildren(pre);
}));
</script>"""


def repeated(corpus: Path, pairs: int) -> Iterator[Pair]:
    once = list(read(corpus))
    again = (replace(pair, id="", document=f"{pair.document} {n}") for n in count(1) for pair in once)
    return islice(again, pairs) if pairs else iter(once)


def in_chromium(page: Path) -> list[tuple[str, float, str]]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("no Chromium here: opening and searching are not measured")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text("utf-8"))
    page.write_text(text.replace("</body>", f"{PROBE.replace('QUERIES', json.dumps(QUERIES))}</body>"), "utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--timeout=60000", "--window-size=1280,900"]
    folder = [f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run([*command, *folder], capture_output=True, check=True)
    found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    if not found:
        raise SystemExit("Chromium did not finish within a minute")
    rows: list[tuple[str, float, str]] = json.loads(unescape(found[1]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        pairs = list(repeated(find(arguments.corpus), arguments.pairs))
        start = time.perf_counter()
        written = write_page(pairs, page, title="Benchmark")
        seconds = time.perf_counter() - start
        print(f"{written:,} pairs, {page.stat().st_size / 1e6:.1f} MB, {written / seconds:,.0f} pairs/s written")
        for what, milliseconds, told in in_chromium(page):
            print(f"{what:<24} {milliseconds:7,.0f} ms  {told}")


if __name__ == "__main__":
    main()
