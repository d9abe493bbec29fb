"""The page of a corpus: what stands on it, and that nothing in a corpus is taken for markup."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.formats import write
from corpus.page import write_page
from corpus.pair import Pair
from mt.errors import InputError
from mt.fidelity import FAULTS
from tests.command import muwazi

NAMES = ("فتح المخبز بابه.", "اشترى سالم رغيفين.", "ثم عاد إلى البيت.", "ونام.")
EVIL = [
    "<script>alert(1)</script>",
    "</script><!--",
    "--> \"'&amp; ]]>",
    "\u202eمقلوب\u200f",
    "نهاية\x00\ud800\ufffe\x1b.",
]


def pair(sentence: int, target: str | None, origin: Any = "machine", **fields: Any) -> Pair:
    source = fields.pop("source", NAMES[sentence % len(NAMES)])
    return Pair(
        fields.pop("document", "bakery"), fields.pop("paragraph", 0), sentence, 0, 0, source, target, origin, **fields
    )


def made(pairs: Sequence[Pair], folder: Path, title: str = "Bakeries") -> str:
    assert write_page(iter(pairs), folder / "page.html", title=title) == len(pairs)
    return (folder / "page.html").read_text("utf-8")


def tree(page: str) -> Any:
    return lxml.html.fromstring(page.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))


def outline(page: str) -> list[Any]:
    """Give documents of paragraphs of segments of lines: an Arabic text, and the origins and texts of its versions."""

    def text(element: Any, path: str) -> list[str]:
        return [" ".join(found.text_content().split()) for found in element.xpath(path)]

    def line(element: Any) -> tuple[str, ...]:
        versions = element.xpath('.//div[@class="version"]')
        return (
            *text(element, "./p"),
            *(f"{v.get('data-origin')}: {' '.join(text(v, './p[position() > 1]'))}" for v in versions),
        )

    return [
        [
            [[line(part) for part in s.xpath("./div")] for s in p.xpath("./div")]
            for p in d.xpath('./div[@class="paragraph"]')
        ]
        for d in tree(page).xpath('//section[@class="document"]')
    ]


A, B, C, D = NAMES
AB = f"{A} {B}"
LINE_A, LINE_B, LINE_C, LINE_D = ((text, f"machine: {letter}") for text, letter in zip(NAMES, "abcd", strict=True))
ACROSS = ("for the 2 sentences above", "human: ab")
ACROSS_ALL = ("for the 3 sentences above", "human: abc")
MACHINE_A, MACHINE_B, MACHINE_C, MACHINE_D = (pair(n, letter) for n, letter in enumerate("abcd"))
HUMAN_AB = pair(0, "ab", "human", source=AB, bead="2-1")
HUMAN_BC = pair(1, "bc", "human", source=f"{B} {C}", bead="2-1")
HUMAN_CD = pair(2, "cd", "human", source=f"{C} {D}", bead="2-1")
HUMAN_ABC = pair(0, "abc", "human", source=f"{AB} {C}", bead="3-1")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], []),
        ([MACHINE_A], [[[[LINE_A]]]]),
        ([MACHINE_A, pair(0, "A", "human", bead="1-1"), MACHINE_B], [[[[(*LINE_A, "human: A")], [LINE_B]]]]),
        ([MACHINE_A, pair(1, "b", paragraph=1)], [[[[LINE_A]], [[LINE_B]]]]),
        ([MACHINE_A, pair(1, "b", document="oven")], [[[[LINE_A]]], [[[LINE_B]]]]),
        # Two sentences that a person made one: theirs joins the lines of both, whether it comes before or behind.
        ([MACHINE_A, MACHINE_B, HUMAN_AB, MACHINE_C], [[[[LINE_A, LINE_B, ACROSS], [LINE_C]]]]),
        ([MACHINE_A, HUMAN_AB, MACHINE_B, MACHINE_C], [[[[LINE_A, LINE_B, ACROSS], [LINE_C]]]]),
        (
            [MACHINE_A, MACHINE_B, HUMAN_AB, replace(HUMAN_AB, target="ba")],
            [[[[LINE_A, LINE_B, (*ACROSS, "human: ba")]]]],
        ),
        # Of references that were cut differently no pair is lost.
        (
            [MACHINE_A, MACHINE_B, MACHINE_C, HUMAN_BC, HUMAN_AB, HUMAN_ABC],
            [[[[LINE_A, LINE_B, LINE_C, (ACROSS[0], "human: bc"), ACROSS, ACROSS_ALL]]]],
        ),
        (
            [MACHINE_A, MACHINE_B, MACHINE_C, MACHINE_D, HUMAN_BC, HUMAN_AB, HUMAN_CD],
            [[[[LINE_A, LINE_B, LINE_C, (ACROSS[0], "human: bc"), ACROSS, LINE_D, (ACROSS[0], "human: cd")]]]],
        ),
        # Without the lines of its sentences it shows its own text.
        ([HUMAN_AB, MACHINE_C], [[[[(AB, "human: ab")], [LINE_C]]]]),
        ([MACHINE_A, HUMAN_AB], [[[[LINE_A], [(AB, "human: ab")]]]]),
        # Omissions, additions, failures.
        ([MACHINE_A, pair(0, None, "human", bead="1-0")], [[[[(*LINE_A, "human: left out of the reference")]]]]),
        ([pair(0, "And left.", "human", source="", bead="0-1")], [[[[("not in the Arabic", "human: And left.")]]]]),
        ([pair(0, None, faults=("failed",))], [[[[(A, "machine: no translation failed")]]]]),
        ([pair(0, "", faults=("empty",))], [[[[(A, "machine: empty")]]]]),
        # A corpus from elsewhere that counts nothing: pairs with other texts are other segments.
        (
            [MACHINE_A, replace(MACHINE_B, sentence=0), pair(0, "A", "human"), pair(0, "B", "human", source=B)],
            [[[[(*LINE_A, "human: A")], [(*LINE_B, "human: B")]]]],
        ),
    ],
)
def test_what_belongs_together_stands_together(tmp_path: Path, pairs: list[Pair], expected: list[Any]) -> None:
    assert outline(made(pairs, tmp_path)) == expected


def test_a_segment_says_where_it_comes_from(tmp_path: Path) -> None:
    pairs = [
        pair(0, "a", model="compact@1", score=-0.4567, faults=("too-short", "of-another-tool")),
        pair(0, "b", model="large@2", score=-1.0),
        pair(0, "c", "human", bead="1-2", alignment_score=0.5),
    ]
    page = tree(made(pairs, tmp_path))
    about = [" ".join(p.text_content().split()) for p in page.xpath('//p[@class="about"]')]
    assert about == ["machine −0.46 compact@1", "machine −1.00 large@2", "human 1-2 0.50"]
    assert page.xpath('//a[@class="fault"]/@href') == ["#fault:too-short", "#fault:of-another-tool"]
    assert page.xpath('//a[@class="fault"]/@title') == [FAULTS["too-short"], "of-another-tool"]
    assert page.xpath("//footer//dd")[0].text_content() == FAULTS["too-short"]
    assert [v.get("id") for v in page.xpath('//div[@class="version"]')] == [p.id for p in pairs]
    summary = " ".join(page.xpath("//header/p")[0].text_content().split())
    assert summary == (
        "Arabic–English: 1 document, 1 segment, 3 pairs (1 human, 2 machine); 1 marked as doubtful. "
        "Translated by compact@1, large@2."
    )


@pytest.mark.parametrize(
    ("pairs", "controls"),
    [
        ([pair(0, "a")], set()),
        ([pair(0, "a", score=-1.0)], {"score"}),
        ([pair(0, "a"), pair(0, "b", document="oven")], {"document"}),
        ([pair(0, "a"), pair(0, "b", "human", alignment_score=0.5)], {"origin", "similarity"}),
        ([pair(0, "a", faults=("empty",)), pair(1, None)], {"faults", "bead"}),
    ],
)
def test_only_what_differs_can_be_chosen(tmp_path: Path, pairs: list[Pair], controls: set[str]) -> None:
    page = tree(made(pairs, tmp_path))
    assert set(page.xpath('//div[@id="filters"]//@name')) == controls


def test_every_anchor_is_there(tmp_path: Path) -> None:
    pairs = [
        pair(0, "a", id=identifier, faults=("a fault",)) for identifier in ("plain", "a b/ج?#", "\ud800", "document:1")
    ]
    page = tree(made(pairs, tmp_path))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.xpath("//a/@href")} <= set(ids)
    assert not [identifier for identifier in ids if re.search(r"\s", identifier)]


def test_it_needs_nothing_else(tmp_path: Path) -> None:
    page = made([pair(n, text) for n, text in enumerate(EVIL)], tmp_path, title=EVIL[0])
    style, script = (re.findall(f"<{name}>(.*?)</{name}>", page, re.DOTALL) for name in ("style", "script"))
    assert len(style) == len(script) == 1
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in (*style, *script)]
    policy = tree(page).xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    sources = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    assert policy == [f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"]
    assert not re.findall(r"""\bsrc=|\bstyle=|\bon\w+=|url\(|@import|https?://|<link\b""", page)


def test_the_same_pairs_give_the_same_bytes(tmp_path: Path) -> None:
    pairs = [pair(n, text, document=f"d{n // 3}", faults=("empty", "too-long")) for n, text in enumerate("abcdefgh")]
    assert made(pairs, tmp_path) == made(pairs, tmp_path)


@given(texts=st.lists(st.text() | st.sampled_from(EVIL), min_size=6, max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_stays_text(tmp_path: Path, texts: list[str]) -> None:
    source, target, document, title, model, fault = texts
    one = pair(0, target, source=source or "ا", document=document, model=model, faults=(fault,))
    page = tree(made([one, replace(one, sentence=1, id="")], tmp_path, title))

    def shown(text: str) -> str:
        bad = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
        return re.sub(bad, "\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")

    def found(path: str) -> list[str]:
        return [e.text_content().replace("\r\n", "\n").replace("\r", "\n") for e in page.xpath(path)]

    assert found('//p[@class="arabic"]') == [shown(source or "ا")] * 2
    assert found('//span[@class="text"]') == [shown(target)] * 2
    assert found('//section[@class="document"]/h2') == [shown(document or "(no name)")]
    assert found("//h1") == [shown(title)]
    assert found('//a[@class="fault"]') == [shown(fault)] * 2
    assert len(page.xpath("//script")) == 1


def test_an_unfinished_page_is_no_page(tmp_path: Path) -> None:
    def broken() -> Any:
        yield pair(0, "a")
        raise InputError("corpus.jsonl:2: not JSON")

    with pytest.raises(InputError, match="not JSON"):
        write_page(broken(), tmp_path / "page.html", title="x")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "bread").mkdir()
    write([pair(0, "It opened."), pair(0, "The bakery opened.", "human")], tmp_path / "bread" / "corpus.jsonl")
    return tmp_path / "bread"


def test_the_command_takes_files_folders_and_pipes(corpus: Path, tmp_path: Path) -> None:
    file, out = corpus / "corpus.jsonl", tmp_path / "page.html"
    for args, stdin, title in (
        ([corpus], None, "bread"),
        ([file, "--force"], None, "corpus"),
        (["-", "--from", "jsonl", "--force"], file.read_text("utf-8"), "Parallel corpus"),
        ([corpus, "--force", "--title", "Bread & salt"], None, "Bread & salt"),
    ):
        result = muwazi("page", *args, "-o", out, stdin=stdin)
        assert result.exit_code == 0, result.output
        assert result.stdout == ""
        page = out.read_text("utf-8")
        assert outline(page) == [[[[(A, "machine: It opened.", "human: The bakery opened.")]]]]
        assert tree(page).findtext(".//title") == title


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["missing.jsonl"], "missing.jsonl: cannot be read"),
        (["."], "a folder without corpus.jsonl"),
        (["broken.jsonl"], "broken.jsonl:1:"),
        (["bread", "-o", "taken.html"], "taken.html exists; give --force"),
        (["bread", "-o", "bread/corpus.jsonl", "--force"], "is the corpus itself"),
        (["bread", "-o", "nowhere/page.html"], "cannot be written"),
    ],
)
def test_the_command_refuses_in_one_line(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.jsonl").write_text("{\n")
    Path("taken.html").write_text("precious")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    result = muwazi("page", *(args if "-o" in args else [*args, "-o", "page.html"]))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
