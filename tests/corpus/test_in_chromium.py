"""Pages as a browser shows them: direction, nothing overlapping or cut off, no errors."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from corpus import bilingual, export
from corpus.articles import sentences_of
from corpus.document import Document, English
from corpus.markup import english
from corpus.readers import READERS, Reading
from mt.alignment import diagonal

Report = dict[str, Any]  # what PROBE tells
READING = Reading()
ARTICLE = """# افتتاح مكتبة عامة في المدينة

قال **المدير** إن [المكتبة](https://library.example/ar) ستفتح يوم الخميس.
وأضاف أن الدخول مجاني &lt;script&gt; للجميع &lt;/script&gt;.

- بند أول في القائمة
- بند ثان أطول من سابقه بكثير حتى يملأ السطر كله ويزيد عليه

| الاسم | العمر |
|---|---|
| سارة | 30 |
"""
PAGE = """<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>خبر اليوم</title>
<style>body { font: 16px serif; text-align: start } </style></head>
<body><h1>افتتاح مكتبة عامة</h1>
<p>قال <b>المدير</b> إن <a href="https://library.example/ar">المكتبة</a> ستفتح يوم الخميس.</p>
<ul><li>بند أول</li><li>بند ثان</li></ul></body></html>
"""
# Measures the page from inside: where each text stands and in which direction, and what the browser complained of.
PROBE = """<script>
addEventListener("load", () => {
  const boxes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, range = document.createRange();
    if (!node.data.trim() || node.parentElement.closest("script, style")) continue;
    range.selectNodeContents(node);
    const style = getComputedStyle(node.parentElement);
    for (const r of range.getClientRects())
      boxes.push({text: node.data.trim(), x: r.x, y: r.y, w: r.width, h: r.height, direction: style.direction});
  }
  const report = {width: innerWidth, needed: document.documentElement.scrollWidth, boxes,
                  scripts: document.querySelectorAll("main script").length};
  const pre = document.createElement("pre");
  pre.id = "probe";
  pre.textContent = JSON.stringify(report);
  document.body.replaceChildren(pre);
});
</script>"""


@pytest.fixture
def seen(program: Callable[..., str], tmp_path: Path) -> Callable[[str, int], Report]:
    chromium = program("chromium", "chromium", "--version")

    def look(page: str, width: int) -> Report:
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)  # which would stop the probe
        path = tmp_path / "page.html"
        path.write_text(page.replace("</body>", f"{PROBE}</body>"), "utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"]
        done = subprocess.run(
            [
                *command,
                f"--user-data-dir={tmp_path / 'profile'}",
                f"--window-size={width},900",
                "--dump-dom",
                path.as_uri(),
            ],
            capture_output=True,
            timeout=120,
            check=True,
        )
        found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
        assert found, done.stderr.decode()[-500:]
        report: Report = json.loads(unescape(found[1]))
        return report

    return look


def translated(reader: str, text: str) -> tuple[Document, list[English]]:
    document = READERS[reader].parse("a", text.encode(), "a", READING)
    sentences = sentences_of(document)
    texts = [f"English sentence {s.sentence} in place of the Arabic one, with <b> & quotes." for s in sentences]
    return document, list(english(document, sentences, texts, lambda pairs: [diagonal(*pair) for pair in pairs]))


def overlapping(boxes: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Name the texts whose boxes lie upon each other by more than line spacing explains."""
    return [
        (a["text"], b["text"])
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"]) > 2
        and min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"]) > 0.5 * min(a["h"], b["h"])
    ]


@pytest.mark.parametrize("width", [1200, 500])
@pytest.mark.parametrize("form", ["bilingual", "html", "same"])
def test_a_page_reads_well(seen: Callable[[str, int], Report], form: str, width: int) -> None:
    if form == "same":
        document, blocks = translated("html", PAGE)
        page = READERS["html"].render(PAGE.encode(), "a", READING, blocks).decode()
    else:
        document, blocks = translated("markdown", ARTICLE)
        faults = [("repetition",)] * len(sentences_of(document))
        page = (
            export.html(document, blocks)
            if form == "html"
            else bilingual.html(document, sentences_of(document), blocks, None, "model", faults)
        )
    report = seen(page, width)
    boxes = report["boxes"]
    assert report["needed"] <= report["width"]
    assert report["scripts"] == 0
    assert not overlapping(boxes)
    arabic = [box for box in boxes if re.search("[\\u0621-\\u064a]", box["text"])]
    assert all(box["direction"] == "rtl" for box in arabic)
    assert all(box["direction"] == "ltr" for box in boxes if box["text"].startswith("English"))
    assert bool(arabic) == (form == "bilingual")
    assert sum(box["text"].startswith("English sentence") for box in boxes) >= 4
    if form == "bilingual":
        left = min(box["x"] for box in boxes if box["text"].startswith("English"))
        assert left < report["width"] / 2
        if width == 1200:
            assert all(box["x"] + box["w"] > report["width"] / 2 for box in arabic if len(box["text"]) > 8)
