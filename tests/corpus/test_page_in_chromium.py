"""The page of a corpus in a browser: search, filters, keys and links, and what a reader sees."""

from pathlib import Path

import pytest

from corpus.page import write_page
from corpus.pair import Pair
from tests.chromium import FRAME, Browser, check_legibility

MACHINE = [
    ("افتُتِحَ المَخبزُ في شارع البُرتقال.", "The bakery opened in Orange Street.", (), -0.3),
    ("وقالت ليلى إنّ الخبــز لذيذ.", "Layla said the bread is delicious.", (), -0.5),
    ("ودفع إدريس ٢٥ ديناراً.", "Idris paid dinars.", ("missing-number",), -1.4),
    ("ثم عاد إلى بيته.", "Then he came home <script>hacked = true</script>.", (), -0.2),
    ("ونامت القطة.", "The cat the cat the cat the cat.", ("repetition",), -2.0),
]
ALL = [0, 1, 2, 3, 4, 5]  # segments of the first document, the addition, and the second document's


@pytest.fixture
def page(tmp_path: Path) -> Path:
    pairs = []
    for n, (source, target, faults, score) in enumerate(MACHINE):
        place = ("bakery" if n < 4 else 'cat "<script>', n // 2, n, 0, 0, source)
        pairs.append(Pair(*place, target, "machine", score=score, faults=faults))
        if n < 3:
            pairs.append(
                Pair(*place, None if n == 1 else f"Reference number {n}.", "human", alignment_score=0.9 - n / 5)
            )
        if n == 3:
            pairs.append(Pair(*place[:-1], "", "It rained.", "human", bead="0-1"))
    write_page(pairs, tmp_path / "page.html", title="Bread </title><script>hacked = true</script>")
    return tmp_path / "page.html"


def test_search_filters_keys_and_links(browser: Browser, page: Path) -> None:
    browser.open(page)
    for choice, expected in (
        ({}, ALL),
        # Arabic as people type it
        ({"text": "افتتح المخبز"}, [0]),
        ({"text": "الخبز"}, [1]),
        ({"text": "الخُبزُ"}, [1]),
        ({"text": "ادريس"}, [2]),
        ({"text": "ليلي"}, [1]),
        ({"text": "القطه"}, [5]),
        ({"text": "25"}, [2]),
        ({"text": "دينارا"}, [2]),
        ({"text": "  OPENED  in "}, [0]),
        ({"text": "<SCRIPT>"}, [3]),
        ({"text": "nowhere"}, []),
        ({"text": "ء"}, ALL),  # nothing is left of it to look for
        ({"origin": "human"}, [0, 1, 2, 4]),
        ({"origin": "human", "text": "bakery"}, []),
        ({"origin": "machine", "text": "reference"}, []),
        ({"faults": "+"}, [2, 5]),
        ({"faults": "repetition"}, [5]),
        ({"faults": "-"}, [0, 1, 2, 3, 4]),
        ({"bead": "omission"}, [1]),
        ({"bead": "addition"}, [4]),
        ({"score": "-1"}, [2, 5]),
        ({"similarity": "0.6"}, [2]),
        ({"document": 'cat "<script>'}, [5]),
        ({"document": "bakery", "faults": "+"}, [2]),
    ):
        browser.choose(**choice)
        assert browser.shown() == expected, choice
    browser.choose(text="ref")
    assert browser.run("document.forms[0].count.value") == "2 of 6 segments, 2 hits"
    marked = browser.run(
        '[...CSS.highlights.get("hit")].map((r) => r.startContainer.data.slice(r.startOffset, r.endOffset))'
    )
    assert marked == ["Ref", "Ref"]
    browser.choose(text="افتتح")
    hit = '[...CSS.highlights.get("hit")].map((r) => [r.startOffset, r.endOffset])'
    assert browser.run(hit) == [[0, len("افتُتِحَ")]]

    browser.press("Escape")
    assert browser.shown() == ALL
    browser.press("/", "Slash")
    assert browser.run("document.activeElement.name") == "text"
    browser.call("Input.insertText", text="the")
    browser.press("Enter")
    assert browser.shown() == [0, 1, 3, 5]
    at = '[...document.querySelectorAll(".segment")].indexOf(document.activeElement)'
    steps = []
    for key, code in (("n", "KeyN"), ("j", "KeyJ"), ("j", "KeyJ"), ("ح", "KeyP"), ("k", "KeyK")):
        browser.press(key, code)
        steps.append(browser.run(at))
    assert steps == [1, 3, 5, 3, 1]
    browser.press("?", "Slash")
    assert browser.run('document.querySelector("dialog").open')
    browser.press("Escape")
    assert not browser.run('document.querySelector("dialog").open')
    assert browser.shown() == [0, 1, 3, 5]

    identifier = browser.run('document.querySelectorAll(".segment")[4].querySelector(".version").id')
    browser.run(f"location.hash = '#{identifier}'")
    browser.run(FRAME)
    assert browser.shown() == ALL
    assert browser.complaints() == []
    assert browser.run("typeof hacked") == "undefined"
    assert browser.run('document.querySelectorAll("script").length') == 1


def test_it_reads_well(browser: Browser, page: Path) -> None:
    check_legibility(browser, page)


def test_it_prints_all_and_no_controls(browser: Browser, page: Path) -> None:
    browser.open(page)
    text = browser.printed()
    assert all(word in text for word in ("bakery opened", "Reference number 2", "It rained", "the cat the cat"))
    assert "Filters" not in text


def test_it_can_be_read_without_its_script(browser: Browser, page: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    assert browser.shown() == ALL
    assert not browser.run("document.forms[0].checkVisibility()")
