import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from corpus.document import Block, Document, English, Kind, Mark
from corpus.export import heading_levels, html, html_text, markdown, markdown_text, title_of
from corpus.readers.markdown.blocks import passages_of

DOCUMENT = Document(
    "garden",
    "",
    (
        Block("heading", 0, 0, level=1),
        Block("paragraph", 0, 0),
        Block("item", 0, 0, level=1),
        Block("item", 0, 0, level=3),
        Block("item", 0, 0, level=1),
        Block("heading", 0, 0, level=2),
        Block("quote", 0, 0),
        Block("quote", 0, 0),
        Block("cell", 0, 0, cell=(0, 0, 0)),
        Block("cell", 0, 0, cell=(0, 0, 2)),
        Block("cell", 0, 0, cell=(0, 1, 2)),
        Block("cell", 0, 0, cell=(0, 1, 2)),
        Block("cell", 0, 0, cell=(1, 0, 0)),
        Block("paragraph", 0, 0),
    ),
)
ENGLISH = (
    English("The garden"),
    English(
        "Salma & her neighbours planted `basil` here.",
        (Mark(8, 22, 0, style="strong"), Mark(31, 38, 1, style="link", link="https://example.org/a b")),
    ),
    English("Water"),
    English("Morning"),
    English("Soil"),
    English("Opening #"),
    English("One line\nand another"),
    English("Another quote"),
    English("Plant"),
    English("Mint | wild"),
    English("12"),
    English("or more"),
    English("Alone"),
    English("x = 1 is code, <script>alert(1)</script> is not.", (Mark(0, 5, 0, style="code", verbatim=True),)),
)


def block(text: str, *marks: Mark) -> str:
    return markdown_text(English(text, marks))


def tree(page: str) -> Any:
    """Read a page as HTML and hold it to be well-formed: every element closed, nothing unescaped."""
    body = page.removeprefix("<!DOCTYPE html>\n")
    body = re.sub(r"<(meta|br)\b([^>]*)>", r"<\1\2/>", body)
    return etree.fromstring(body)


def test_markdown() -> None:
    assert markdown(DOCUMENT, ENGLISH) == (
        "# The garden\n\n"
        "Salma & **her neighbours** planted [\\`basil\\`](https://example.org/a%20b) here.\n\n"
        "- Water\n  - Morning\n- Soil\n\n"
        "## Opening \\#\n\n"
        "> One line\\\n> and another\n>\n> Another quote\n\n"
        "| Plant | Mint \\| wild |\n| --- | --- |\n|  | 12<br>or more |\n\n"
        "| Alone |\n| --- |\n\n"
        "`x = 1` is code, \\<script>alert(1)\\</script> is not.\n"
    )


def test_html() -> None:
    page = html(DOCUMENT, ENGLISH)
    root = tree(page)
    assert root.attrib == {"lang": "en", "dir": "ltr"}
    assert root.findtext("head/title") == "The garden"
    main = root.find("body/main")
    assert main is not None
    assert [child.tag for child in main] == ["h1", "p", "ul", "h2", "blockquote", "div", "div", "p"]
    assert main.xpath("p[1]/strong/text()") == ["her neighbours"]
    assert main.xpath("p[1]/a/@href") == ["https://example.org/a%20b"]
    assert main.xpath("ul/li/ul/li/text()") == ["Morning\n"]
    assert len(main.xpath("ul/li")) == 2
    assert [len(row) for row in main.iter("tr")] == [2, 2, 1]
    assert len(main.xpath("blockquote/p/br")) == 1
    assert main.xpath("p[2]/code/text()") == ["x = 1"]
    assert "<script" not in page
    assert "<script>alert(1)</script>" in "".join(main.itertext())


def test_a_title_of_ones_own() -> None:
    assert tree(html(DOCUMENT, ENGLISH, "A & <B>")).findtext("head/title") == "A & <B>"


def test_the_title_of_a_document() -> None:
    assert title_of(DOCUMENT, ENGLISH) == "The garden"
    assert title_of(Document("name", "", (Block("paragraph", 0, 0),)), [English("Text")]) == "name"


def test_headings_without_levels() -> None:
    blocks = (Block("heading", 0, 0), Block("paragraph", 0, 0), Block("heading", 0, 0))
    assert heading_levels(Document("a", "", blocks)) == {0: 1, 2: 2}
    assert heading_levels(Document("a", "", (Block("heading", 0, 0, level=9),))) == {0: 6}


def test_nothing_is_nothing() -> None:
    assert markdown(Document("a", "", ()), []) == ""
    assert tree(html(Document("a", "", ()), [])).findtext("head/title") == "a"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://example.org/?a=1&b=2", "https://example.org/?a=1&b=2"),
        ("page.html#part", "page.html#part"),
        ("mailto:info@example.org", "mailto:info@example.org"),
        ("https://example.org/(x)", "https://example.org/(x)"),
        ("javascript:alert(1)", None),
        (" JavaScript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("", None),
        ('a" onclick="x', "a%22%20onclick=%22x"),
    ],
)
def test_links_lead_to_pages_only(link: str, address: str | None) -> None:
    mark = Mark(0, 4, 0, style="link", link=link)
    found = etree.fromstring(f"<p>{html_text('here', [mark])}</p>").find("a")
    assert (None if found is None else found.get("href")) == address
    (passage,) = passages_of(block("here", mark))[0]
    assert [t.link for t in passage.unit.tags] == ([address] if address else [])


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("a `b` c", [Mark(2, 5, 0, style="code")], "a `` `b` `` c"),
        ("see $x_1$ and a_b_", [Mark(4, 9, 0, verbatim=True)], "see $x_1$ and a_b\\_"),
        ("kbd <x>", [Mark(4, 7, 0, verbatim=True)], "kbd \\<x>"),
        ("bold", [Mark(0, 4, 0, 0, "strong"), Mark(0, 2, 1, 1, "strong")], "**bold**"),
        ("bold code", [Mark(0, 9, 0, 0, "strong"), Mark(5, 9, 1, 1, "code")], "**bold `code`**"),
        ("code", [Mark(0, 4, 0, 0, "code"), Mark(0, 4, 1, 1, "strong")], "`code`"),
        ("image", [Mark(5, 5, 0)], "image"),
        ("two\nlines", [], "two\\\nlines"),
    ],
)
def test_marks_in_markdown(text: str, marks: list[Mark], expected: str) -> None:
    assert block(text, *marks) == expected


def test_formulas_read_from_left_to_right() -> None:
    mark = Mark(4, 9, 0, verbatim=True)
    assert html_text("see $x_1$", [mark]) == 'see <span dir="ltr">$x_1$</span>'
    assert html_text("see <kbd>", [mark]) == "see &lt;kbd&gt;"


KINDS: st.SearchStrategy[Kind] = st.sampled_from(["paragraph", "heading", "item", "quote", "cell"])
TEXTS = st.text(st.sampled_from("ab <>&\"'*_`|[]#-1.\n\\$~م"), min_size=1, max_size=12).map(lambda t: f"x{t}x")


@settings(max_examples=40)
@given(st.lists(st.tuples(KINDS, st.integers(0, 4), TEXTS), max_size=6))
def test_any_text_stays_text(parts: list[tuple[Kind, int, str]]) -> None:
    blocks = tuple(
        Block(kind, 0, 0, level, (0, number, level) if kind == "cell" else None)
        for number, (kind, level, _) in enumerate(parts)
    )
    document = Document("a", "", blocks)
    english = [English(text) for _, _, text in parts]
    letters = "".join(re.sub(r"\s", "", text) for _, _, text in parts)
    assert re.sub(r"\s", "", "".join(tree(html(document, english)).find("body/main").itertext())) == letters
    read, blocks_of_html = passages_of(markdown(document, english))
    assert not blocks_of_html
    assert re.sub(r"\s", "", "".join(passage.unit.text for passage in read)) == letters
