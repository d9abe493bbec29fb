"""The page of an evaluation: what stands on it, with no browser."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from eval.bootstrap import Plan
from eval.evaluation import Evaluation, Texts, assess
from eval.gate import Bound, judge
from eval.html import write_report
from eval.plots import HEIGHT, WIDTH, histogram, lines
from mt.cli import cli
from mt.fidelity import FAULTS

SOURCE = ["وصلت القافلة إلى الواحة.", "كان عددهم ٤٠ رجلاً.", "ثم غنّى الحادي."]
REFERENCE = ["The caravan reached the oasis.", "They were 40 men.", "Then the <b>cameleer</b> sang."]
GOOD = ["The caravan arrived at the oasis.", "They were 40 men.", "Then the singer sang & \x00\ud800slept."]
POOR = ["The convoy came.", "They were men.", ""]
NAMES = ["good", "</style><script>x"]


def evaluated(**options: Any) -> Evaluation:
    texts = Texts(
        options.pop("references", [REFERENCE]),
        options.pop("source", SOURCE),
        options.pop("documents", ["a", "a", "<b>"]),
    )
    systems = options.pop("systems", dict(zip(NAMES, (GOOD, POOR), strict=True)))
    return assess(systems, texts, options.pop("metrics", ("bleu", "chrf2", "ter")), plan=Plan(20), **options)


def page(evaluation: Evaluation, folder: Path, **options: Any) -> Any:
    write_report(evaluation, folder / "report.html", title=options.pop("title", "Scores"), **options)
    return html.document_fromstring((folder / "report.html").read_text("utf-8"))


def said(element: Any) -> str:
    return " ".join(element.text_content().split())


def table(tree: Any, label: str) -> list[list[str]]:
    (found,) = tree.xpath(f'//div[@aria-label="{label}"]/table')
    return [[said(cell) for cell in row.xpath("./th|./td")] for row in found.xpath(".//tr")]


def test_scores_intervals_and_comparisons_stand_side_by_side(tmp_path: Path) -> None:
    evaluation = evaluated()
    tree = page(evaluation, tmp_path)
    header, good, poor = table(tree, "Scores of the systems")
    assert header == ["system", "BLEU", "chrF2", "TER ↓"]
    measured = evaluation.systems[0].measurements["chrf2"].score.score
    bounds = evaluation.spreads["good"]["chrf2"].documents
    assert bounds
    assert good[2] == f"{measured:.1f}{bounds.low:.1f} – {bounds.high:.1f}"
    assert poor[0] == NAMES[1]
    assert [e.text for e in tree.xpath('//span[@class="best"]')] == [
        c.split("–")[0][: len(c.split(".")[0]) + 2] for c in good[1:]
    ]
    (_, against) = table(tree, "Differences from good")
    assert against[0] == NAMES[1]
    difference = evaluation.comparisons[0].differences["ter"].score
    assert against[3].startswith(f"+{difference:.1f}p = ")
    assert "worse" in tree.xpath('//div[@aria-label="Differences from good"]//td[3]/span/@class')[0]
    assert any("nrefs:1|" in said(p) for p in tree.xpath('//div[@class="signatures"]/p'))
    assert "20 resamples of 2 documents" in said(tree.xpath('//div[@class="signatures"]')[0])


def test_every_segment_is_there_with_all_texts_scores_and_faults(tmp_path: Path) -> None:
    evaluation = evaluated()
    tree = page(evaluation, tmp_path)
    segments = tree.xpath("//article")
    assert [s.get("id") for s in segments] == ["s1", "s2", "s3"]
    assert [said(s.xpath('.//p[@class="arabic"]')[0]) for s in segments] == SOURCE
    assert all(s.xpath('.//p[@class="arabic"]/@dir') == ["rtl"] for s in segments)
    assert [said(s.xpath('.//*[@class="version reference"]/p[@lang]')[0]) for s in segments] == REFERENCE
    second = segments[1].xpath(".//*[@data-system]")
    assert [v.xpath(".//b")[0].text for v in second] == NAMES
    assert second[1].get("data-faults") == "missing-number"
    assert second[1].xpath('.//a[@class="fault"]/@title') == [FAULTS["missing-number"]]
    scores = [measured.segments[1] for measured in evaluation.systems[1].measurements.values()]
    assert second[1].get("data-scores").split() == [f"{score:.1f}" for score in scores]
    assert said(segments[2].xpath('.//p[@class="place"]')[0]) == "3 <b>"
    assert table(tree, "Segments with faults")[1:] == [["empty", "0", "1"], ["missing-number", "0", "1"]]


def test_nothing_on_it_is_markup_of_the_texts(tmp_path: Path) -> None:
    tree = page(evaluated(), tmp_path, title="</title><script>x</script>")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//article//p[@lang]//b")
    assert said(tree.xpath("//h1")[0]) == "</title><script>x</script>"
    assert "Then the singer sang & \ufffd\ufffdslept." in [said(e) for e in tree.xpath('//*[@class="text"]')]
    policy = tree.xpath("//meta[@http-equiv]/@content")[0]
    for element in ("style", "script"):
        (content,) = re.findall(f"<{element}>(.*?)</{element}>", text, re.DOTALL)
        assert f"{element}-src 'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy
    assert not tree.xpath("//@style") + tree.xpath("//*[starts-with(name(@*), 'on')]")
    assert not re.findall(r'(?:src|href)="(?!#)', text)


def test_every_link_has_its_target(tmp_path: Path) -> None:
    bounds = [Bound.parse("max", "missing-number=0"), Bound.parse("min", "bleu=0")]
    evaluation = evaluated()
    tree = page(evaluation, tmp_path, verdicts=judge(evaluation, bounds, None))
    assert {a[1:] for a in tree.xpath("//@href")} <= set(tree.xpath("//@id"))
    assert said(tree.xpath('//ul[@class="gate"]/li')[1]) == (
        f"failed: {NAMES[1]}: missing-number in 1 segment (--max missing-number=0); see segment 2"
    )
    groups = [option.get("value") for option in tree.xpath('//select[@name="group"]//option')][1:]
    used = {number for s in tree.xpath("//article/@data-groups") for number in s.split()}
    assert set(groups) == used


@pytest.mark.parametrize(
    ("options", "absent"),
    [
        ({"source": None}, '//p[@class="arabic"]'),
        ({"systems": {"one": GOOD}}, '//select[@name="system"]'),
        ({"systems": {"one": GOOD}}, '//select[@name="order"]/option[@value="worse"]'),
        ({"systems": {"one": GOOD}}, '//span[@class="best"]'),
        ({"systems": {"one": GOOD}}, '//div[@class="histograms"]'),
        ({"systems": {"one": REFERENCE}}, '//select[@name="fault"]'),
        ({"documents": None}, "//article//bdi"),
    ],
)
def test_what_is_not_known_is_not_shown(tmp_path: Path, options: dict[str, Any], absent: str) -> None:
    assert page(evaluated(), tmp_path).xpath(absent)
    assert not page(evaluated(**options), tmp_path).xpath(absent)


def test_a_missing_reference_is_left_out(tmp_path: Path) -> None:
    tree = page(evaluated(references=[REFERENCE, [None, "There were 40 of them.", REFERENCE[2]]]), tmp_path)
    found = [
        [v.get("data-reference") for v in s.xpath('.//*[@class="version reference"]')] for s in tree.xpath("//article")
    ]
    assert found == [["0"], ["0", "1"], ["0", "1"]]


def test_a_single_segment_without_intervals(tmp_path: Path) -> None:
    tree = page(assess({"a": GOOD[:1], "b": POOR[:1]}, Texts([REFERENCE[:1]])), tmp_path, baseline="b")
    assert not tree.xpath('//div[starts-with(@aria-label, "Differences")]//table')
    assert tree.xpath("//form/@data-baseline") == ["1"]
    assert len(tree.xpath("//article")) == 1


def test_the_command_writes_it_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, texts in {"r.en": REFERENCE, "h.en": POOR}.items():
        Path(name).write_text("".join(f"{text}\n" for text in texts), "utf-8")
    command = ["evaluate", "--reference", "r.en", "--hypothesis", "h.en", "--metric", "bleu", "--html"]
    assert CliRunner().invoke(cli, [*command, "page.html"]).exit_code == 0
    first = Path("page.html").read_bytes()
    refused = CliRunner().invoke(cli, [*command, "page.html"])
    assert (refused.exit_code, "page.html: exists already" in refused.stderr) == (1, True)
    assert CliRunner().invoke(cli, [*command, "page.html", "--force"]).exit_code == 0
    assert Path("page.html").read_bytes() == first
    for place, message in (("-", "a page goes into a file"), ("h.en", "is one of the inputs")):
        assert message in CliRunner().invoke(cli, [*command, place, "--force"]).stderr
    same = CliRunner().invoke(cli, [*command, "new", "--json", "new"])
    assert "--json and --html are both new" in same.stderr


@given(st.lists(st.floats(-120, 120), min_size=1), st.booleans())
def test_bars_hold_every_difference(differences: list[float], lower: bool) -> None:
    plot = histogram(differences, lower_is_better=lower)
    assert sum(bar.count for bar in plot.bars) == plot.worse + plot.same + plot.better == len(differences)
    assert all(0 <= bar.y <= plot.height and 0 <= bar.x <= plot.width - bar.width for bar in plot.bars)
    assert plot.better == sum((value < 0) if lower else (value > 0) for value in differences)
    middle = [bar for bar in plot.bars if bar.low < 0 < bar.high]
    assert len(middle) == 1
    assert middle[0].count >= plot.same


@given(st.lists(st.lists(st.floats(0, 200), min_size=3, max_size=3), min_size=1))
def test_dots_lie_on_the_plot_and_higher_is_higher(values: list[list[float]]) -> None:
    plot = lines(["a", "b", "c"], values)
    dots = [dot for line in plot.lines for dot in line]
    assert all(0 <= dot.y <= HEIGHT and 0 < dot.x < WIDTH for dot in dots)
    ordered = sorted(dots, key=lambda dot: dot.value)
    assert [dot.y for dot in ordered] == sorted((dot.y for dot in dots), reverse=True)
    assert [row.at for row in plot.rows] == sorted((row.at for row in plot.rows), reverse=True)
    assert (plot.rows[0].at, plot.rows[-1].at) == (HEIGHT, 0)
