"""The page of an evaluation in a browser: filters, order, marks on words, and what a reader sees."""

from pathlib import Path

import pytest

from eval.bootstrap import Plan
from eval.evaluation import Evaluation, Texts, assess
from eval.html import write_report
from tests.chromium import FRAME, Browser, check_legibility

SOURCE = ["وصلت القافلةُ إلى الواحة.", "كان عددهم ٤٠ رجلاً.", 'قال: "نعم".', "ثم غنّى الحادي."]
REFERENCE = ["The caravan reached the oasis.", "They were 40 men.", 'He said: "Yes."', "Then the cameleer sang."]
SYSTEMS = {
    "first": ["The caravan reached an oasis.", "They were 40 men.", 'He said: "Yes."', "Then the singer sang."],
    "second": [
        "The caravan reached the oasis.",
        "They were men.",
        "He said <script>hacked = true</script>",
        "Singing.",
    ],
    "third": ["Convoy.", "They were 40 men.", 'He said: "Yes."', "Then the cameleer sang."],
}
NUMBERS = (
    '[...document.querySelectorAll(".segment")].filter((s) => s.checkVisibility()).map((s) => Number(s.id.slice(1)))'
)
# What is marked, by the number of the segment and the system (or "r").
MARKED = """(name) => Object.fromEntries([...CSS.highlights.get(name)].map((range) => {
  const version = range.startContainer.parentElement.closest(".version");
  const key = version.closest(".segment").id + (version.dataset.system ?? "r");
  return [key, range.startContainer.data.slice(range.startOffset, range.endOffset)];
}))"""


def evaluated() -> Evaluation:
    return assess(SYSTEMS, Texts([REFERENCE], SOURCE, ["a", "a", "b", "b"]), ("chrf2", "ter"), plan=Plan(20))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    write_report(evaluated(), tmp_path / "page.html", title="Caravans </title><script>hacked = true</script>")
    return tmp_path / "page.html"


def test_filters_order_and_keys(browser: Browser, page: Path) -> None:
    browser.open(page)
    by_name = 'Object.fromEntries([...document.querySelectorAll("[name=group] option")].map((o) => [o.text, o.value]))'
    groups = browser.run(by_name)
    for choice, expected in (
        ({}, [1, 2, 3, 4]),
        ({"fault": "missing-number"}, [2]),
        ({"fault": "missing-number", "system": "0"}, []),
        ({"below": "30"}, [1, 3, 4]),
        ({"metric": "1", "below": "70"}, [1, 3, 4]),
        ({"group": groups["with digits (1)"]}, [2]),
        ({"group": groups["b (2)"]}, [3, 4]),
        ({"text": "القافلة"}, [1]),
        ({"text": "convoy"}, [1]),
        ({"text": "convoy", "system": "0"}, []),
        ({}, [1, 2, 3, 4]),
    ):
        browser.choose(**choice)
        assert browser.run(NUMBERS) == expected, choice
    browser.press("Escape")
    browser.choose(below="30")
    assert browser.run("document.forms[0].count.value") == "3 of 4 segments"
    assert browser.run("document.activeElement.id") == "s1"
    browser.press("n", "KeyN")
    assert browser.run("document.activeElement.id") == "s3"
    browser.press("Escape")
    assert browser.run(NUMBERS) == [1, 2, 3, 4]

    browser.run("document.querySelector('a[data-fault=missing-number]').click()")
    browser.run(FRAME)
    assert browser.run(NUMBERS) == [2]
    assert browser.run("document.forms[0].system.value") == "1"
    browser.run("location.hash = '#s4'")
    browser.run(FRAME)
    assert browser.run(NUMBERS) == [1, 2, 3, 4]
    assert browser.complaints() == []
    assert browser.run("typeof hacked") == "undefined"


def test_segments_are_put_in_order(browser: Browser, page: Path) -> None:
    systems = evaluated().systems

    def scores(metric: str) -> list[list[float]]:
        sign = -1 if metric == "ter" else 1
        rows = zip(*(system.measurements[metric].segments for system in systems), strict=True)
        return [[sign * round(score, 1) for score in row] for row in rows]

    browser.open(page)
    for choice, metric, rank in (
        ({"order": "low"}, "chrf2", min),
        ({"order": "low", "metric": "1"}, "ter", min),
        ({"order": "low", "system": "2"}, "chrf2", lambda row: row[2]),
        ({"order": "worse"}, "chrf2", lambda row: min(row) - row[0]),
        ({"order": "worse", "system": "1"}, "chrf2", lambda row: row[1] - row[0]),
        ({"order": "worse", "system": "1", "metric": "1"}, "ter", lambda row: row[1] - row[0]),
        ({"order": "worse", "system": "2", "against": "1"}, "chrf2", lambda row: row[2] - row[1]),
        ({"order": "better", "system": "2", "against": "1"}, "chrf2", lambda row: row[1] - row[2]),
        ({"order": "apart"}, "chrf2", lambda row: min(row) - max(row)),
        ({}, "chrf2", lambda row: 0.0),
    ):
        ranks = [rank(row) for row in scores(metric)]
        browser.choose(**choice)
        assert browser.run(NUMBERS) == [n for _, n in sorted(zip(ranks, (1, 2, 3, 4), strict=True))], choice
    browser.choose(order="low", fault="+")
    assert len(browser.run(NUMBERS)) == 2
    browser.press("Escape")
    assert browser.run(NUMBERS) == [1, 2, 3, 4]


def test_words_that_differ_are_marked(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=3000, deviceScaleFactor=1, mobile=False)
    browser.choose()
    differing = browser.run(f'({MARKED})("differs")')
    assert differing["s10"] == "an"
    assert differing["s40"] == "singer"
    assert differing["s12"] == "Convoy"
    assert "s11" not in differing
    assert browser.run(f'({MARKED})("lacks")') == {}  # each word of the references is in some translation
    browser.choose(system="1")
    assert browser.run(f'({MARKED})("lacks")')["s2r"] == "40"
    browser.choose(system="0", against="1")
    assert browser.run(f'({MARKED})("differs")')["s20"] == "40"
    assert browser.run("document.querySelectorAll('#s1 .version.base').length") == 1
    browser.choose(metric="1")
    texts = "[...document.querySelectorAll('#s1 [data-system] .about')].map((e) => e.textContent)"
    assert browser.run(texts) == ["first 20.0", "second 0.0 −20.0", "third 100.0 +80.0"]
    better = "[...document.querySelectorAll('#s1 .about span + span')].map((e) => e.className)"
    assert browser.run(better) == ["better", "worse"]


def test_it_reads_well(browser: Browser, page: Path) -> None:
    check_legibility(browser, page)


def test_it_prints_all_and_no_controls(browser: Browser, page: Path) -> None:
    browser.open(page)
    text = browser.printed()
    assert all(word in text for word in ("caravan reached an oasis", "Convoy", "nrefs:1", "missing-number"))
    assert "Filters" not in text


def test_it_can_be_read_without_its_script(browser: Browser, page: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    assert browser.run(NUMBERS) == [1, 2, 3, 4]
    assert not browser.run("document.forms[0].checkVisibility()")
