from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.articles import sentences_of
from corpus.document import English, Kind, Mark, Sentence, Style
from corpus.markup import english
from corpus.readers import Reading
from corpus.readers.markdown import parse, render
from corpus.readers.markdown.blocks import passages_of
from corpus.readers.markdown.writer import written
from corpus.readers.slices import Tag, Unit
from mt.alignment import Alignment, diagonal
from mt.errors import InputError
from mt.normalize import has_arabic

ARTICLE = """\
---
title: "حديقة الحي"
tags: [زراعة, مجتمع]
---

# حديقة *الحي* الجديدة {#garden .wide}

افتتح سكان الحي **حديقة صغيرة** قرب [المدرسة القديمة](https://example.org/school "المدرسة")، وقد زرعوا
فيها `basil` ونعناعا. وتبلغ مساحتها $a^2$ مترا[^area]، وفيها ~~ثلاثة~~ أربعة مقاعد.

![أطفال يسقون الزرع](images/water.jpg)
*صورة من يوم الافتتاح*

العنوان:
==

1. تنظيف الأرض
2. زراعة [الشتلات][seed]
   - نعناع \\*بري\\*
   - [x] ريحان

     ويحتاج الريحان إلى الشمس.

> قالت سلمى: «هذه حديقتنا جميعا».\\
> وأضافت أن الباب مفتوح.
>
> > رد سريع

| النبات | الكمية |
|:-------|------:|
| نعناع \\| بري | **١٢** |
| `a|b` | |

```python
print("لا تترجم")
```

    شفرة بمسافات

<div dir="rtl" lang="ar">
نص في وسم
</div>

:::tip[ملاحظة]
الري مساء أفضل.
:::

{{< figure src="map.png" title="خريطة" >}}

زوروا {{< ref "visit.md" >}} قبل <b>الجمعة</b> أو راسلوا <info@example.org>.

$$
x = \\frac{1}{2}
$$

[^area]: حسب قياس البلدية.

    وقد تتغير.

[seed]: https://example.org/seed 'بذور'
"""

BLOCKS = [
    ("heading", 1, "حديقة الحي الجديدة"),
    (
        "paragraph",
        0,
        "افتتح سكان الحي حديقة صغيرة قرب المدرسة القديمة، وقد زرعوا فيها basil ونعناعا. وتبلغ مساحتها $a^2$ مترا، "
        "وفيها ثلاثة أربعة مقاعد.",
    ),
    ("paragraph", 0, "صورة من يوم الافتتاح"),
    ("paragraph", 0, "أطفال يسقون الزرع"),
    ("heading", 1, "العنوان:"),
    ("item", 1, "تنظيف الأرض"),
    ("item", 1, "زراعة الشتلات"),
    ("item", 2, "نعناع *بري*"),
    ("item", 2, "ريحان"),
    ("paragraph", 0, "ويحتاج الريحان إلى الشمس."),
    ("quote", 0, "قالت سلمى: «هذه حديقتنا جميعا».\nوأضافت أن الباب مفتوح."),
    ("quote", 0, "رد سريع"),
    ("cell", 0, "النبات"),
    ("cell", 0, "الكمية"),
    ("cell", 0, "نعناع | بري"),
    ("cell", 0, "١٢"),
    ("cell", 0, "`a"),
    ("cell", 0, "b`"),
    ("paragraph", 0, "الري مساء أفضل."),
    ("paragraph", 0, "زوروا  قبل الجمعة أو راسلوا info@example.org."),
    ("paragraph", 0, "$$ x = \\frac{1}{2} $$"),
    ("paragraph", 0, "حسب قياس البلدية."),
    ("paragraph", 0, "وقد تتغير."),
]

KEPT = [
    '---\ntitle: "حديقة الحي"\ntags: [زراعة, مجتمع]\n---\n\n# ',
    " {#garden .wide}\n",
    "\n==\n",
    "\n1. ",
    "\n2. ",
    "\n   - ",
    "   - [x] ",
    "\n\n     ",
    "\\\n> ",
    "\n>\n> > ",
    "\n|:-------|------:|\n",
    '\n```python\nprint("لا تترجم")\n```\n\n    شفرة بمسافات\n\n<div dir="ltr" lang="en">\nنص في وسم\n</div>\n',
    "\n:::tip[ملاحظة]\n",
    '\n:::\n\n{{< figure src="map.png" title="خريطة" >}}\n\n',
    "\n\n$$\nx = \\frac{1}{2}\n$$\n\n[^area]: ",
    "\n\n    ",
    "\n\n[seed]: https://example.org/seed 'بذور'\n",
]
KEPT_IN_TEXT = [
    '](https://example.org/school "المدرسة")',
    "`basil`",
    "$a^2$",
    "[^area]",
    "](images/water.jpg)",
    "][seed]",
    '{{< ref "visit.md" >}}',
    "<info@example.org>",
]


STYLES: dict[str, Style] = {"**": "strong", "*": "emphasis", "_": "emphasis", "[": "link"}


def align(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    return [diagonal(source, target) for source, target in pairs]


def never(pairs: Sequence[tuple[str, str]]) -> list[Alignment]:
    pytest.fail(f"asked to align {pairs}")


def translated(text: str, translate: Callable[[str], str]) -> str:
    """Render a text with each sentence put through a function."""
    data = text.encode()
    document = parse("a", data, "a.md", Reading())
    sentences = sentences_of(document)
    blocks = list(english(document, sentences, [translate(s.text) for s in sentences], align))
    return render(data, "a.md", Reading(), blocks).decode()


def blocks_of(text: str) -> list[str]:
    return [passage.unit.text for passage in passages_of(text)[0]]


def by_line(text: str, line: str) -> str:
    """Render a text of one block with every line of it in English, whatever the splitter makes of it."""
    data = text.encode()
    document = parse("a", data, "a.md", Reading())
    (block,) = document.blocks
    spans: list[Sentence] = []
    at = 0
    for part in document.text.split("\n"):
        spans.append(Sentence(0, len(spans), at, at + len(part), part))
        at += len(part) + 1
    assert block.end == at - 1
    return render(data, "a.md", Reading(), list(english(document, spans, [line] * len(spans), align))).decode()


def prose(unit: Unit) -> str:
    """Give a unit's text without code and formulas."""
    text = unit.text
    for tag in reversed(unit.tags):
        text = text[: tag.start] + text[tag.end :] if tag.verbatim else text
    return text


def test_the_blocks_of_an_article() -> None:
    document = parse("a", ARTICLE.encode(), "a.md", Reading())
    assert [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks] == BLOCKS
    assert [b.cell for b in document.blocks if b.cell] == [(0, r, c) for r in range(3) for c in range(2)]


def test_the_marks_of_an_article() -> None:
    document = parse("a", ARTICLE.encode(), "a.md", Reading())
    found = [(document.text[m.start : m.end], m.style, m.link, m.verbatim) for m in document.marks]
    assert found == [
        ("الحي", "emphasis", "", False),
        ("حديقة صغيرة", "strong", "", False),
        ("المدرسة القديمة", "link", "https://example.org/school", False),
        ("basil", "code", "", True),
        ("$a^2$", "", "", True),
        ("", "", "", False),
        ("ثلاثة", "", "", False),
        ("", "", "", False),
        ("صورة من يوم الافتتاح", "emphasis", "", False),
        ("الشتلات", "link", "https://example.org/seed", False),
        ("١٢", "strong", "", False),
        ("", "", "", False),
        ("الجمعة", "strong", "", False),
        ("info@example.org", "link", "info@example.org", True),
        ("$$ x = \\frac{1}{2} $$", "", "", True),
    ]


def test_only_running_text_is_translated() -> None:
    result = translated(ARTICLE, lambda text: " ".join(f"word{n}" for n, _ in enumerate(text.split())))
    at = 0
    for kept in KEPT:
        found = result.find(kept, at)
        assert found >= 0, f"{kept!r} is not behind {result[:at][-80:]!r}"
        at = found + 1
    assert all(kept in result for kept in KEPT_IN_TEXT)
    assert result.startswith(KEPT[0])
    assert result.endswith(KEPT[-1])
    assert len(parse("a", result.encode(), "a.md", Reading()).blocks) == len(BLOCKS)
    assert not any(map(has_arabic, blocks_of(result)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What is written stays in its place, with its own characters.
        ("# عنوان #\n", "# E #\n"),
        ("عنوان\nمتصل\n---\n", "E\n---\n"),
        ("\ufeffنص\n", "\ufeffE\n"),
        ("سطر  \r\n\r\nآخر", "E  \r\n\r\nE"),
        ("- ا\n- ب\n\n\n* ج\n+ د\n3) ه\n", "- E\n- E\n\n\n* E\n+ E\n3) E\n"),
        ("> > ا\n> ب\n", "> > E\n"),
        ("- [ ] مهمة\n- [x] تمت\n", "- [ ] E\n- [x] E\n"),
        ("ا|ب\n-|-\nج|\n", "E|E\n-|-\nE|\n"),
        ("> [!WARNING]\n> انتبه\n", "> [!WARNING]\n> E\n"),
        ("مصطلح\n: تعريف\n", "E\n: E\n"),
        ("~~~\nشفرة\n~~~\nنص\n", "~~~\nشفرة\n~~~\nE\n"),
        ("+++\ntitle = 'عنوان'\n+++\nنص\n", "+++\ntitle = 'عنوان'\n+++\nE\n"),
        ("---\n\nنص\n\n---\n", "---\n\nE\n\n---\n"),
        ("<!-- تعليق -->\n\nنص <!-- تعليق -->\n", "<!-- تعليق -->\n\nE<!-- تعليق -->\n"),
        ("{% include a.html %}\n{{ page.title }}\n\nنص\n", "{% include a.html %}\n{{ page.title }}\n\nE\n"),
        (":::{admonition} تنبيه\n:class: note\nنص\n:::\n", ":::{admonition} تنبيه\n:class: note\nE\n:::\n"),
        ("> ::: tip\n> نص\n> :::\n", "> ::: tip\n> E\n> :::\n"),
        ("[ا]: http://x 'عنوان'\n\nنص\n", "[ا]: http://x 'عنوان'\n\nE\n"),
        ("`كود`\n\n$س$\n", "`كود`\n\n$س$\n"),
        # Marks around the whole of a text go around the whole of its English.
        ("**نص**\n", "**E**\n"),
        ("__نص__\n", "__E__\n"),
        ("***نص***\n", "***E***\n"),
        ("~~نص~~\n", "~~E~~\n"),
        ("<u>نص</u>\n", "<u>E</u>\n"),
        ('<span dir="rtl">نص</span>\n', '<span dir="ltr">E</span>\n'),
        ("[نص](<a b> 'ع')\n", "[E](<a b> 'ع')\n"),
        ("[نص]\n\n[نص]: u\n", "[E][نص]\n\n[نص]: u\n"),
        ("[نص][]\n\n[نص]: u\n", "[E][نص]\n\n[نص]: u\n"),
        ("[نص][ا  ب]\n\n[ا ب]: u\n", "[E][ا  ب]\n\n[ا ب]: u\n"),
        ('[نص]({{< ref "أ.md" >}})\n', '[E]({{< ref "أ.md" >}})\n'),
        ("> [نص\n> آخر][]\n\n[نص آخر]: u\n", "> [E][نص آخر]\n\n[نص آخر]: u\n"),
        # Images: the text is translated, the rest is not.
        ("![بديل](a.png 'ع')\n", "![E](a.png 'ع')\n"),
        ("[![بديل](a.png)](u)\n", "[![E](a.png)](u)\n"),
        ("![بديل][i]\n\n[i]: a.png\n", "![E][i]\n\n[i]: a.png\n"),
        ("![بديل]\n\n[بديل]: a.png\n", "![بديل]\n\n[بديل]: a.png\n"),
        ("![ا](a)نص\n", "![E](a)E\n"),
        ("نص![ا](a)![ب](b)\n", "E![E](a)![E](b)\n"),
        ("| ![ا](a) |\n|---|\n| [![ب](b)](u) نص |\n", "| ![E](a) |\n|---|\n| [![E](b)](u)E |\n"),
    ],
)
def test_what_stands_around_the_text(text: str, expected: str) -> None:
    assert translated(text, lambda _: "E") == expected
    assert translated(text, lambda same: same) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ا\\\nب\n", "E\\\nE\n"),
        ("ا  \nب   \nج\n", "E  \nE   \nE\n"),
        ("> - ا\\\n>   ب\n", "> - E\\\n>   E\n"),
        ("> ا<br>\n> \\*ب\n", "> E<br>\n> E\n"),
        ("| ا<br/>ب |\n|---|\n", "| E<br/>E |\n|---|\n"),
        ("**ا**<br>**ب**\n", "**E**<br>**E**\n"),
        ("<br>ا<br>\n", "<br>E<br>\n"),
        ("**ا<br>** ب\n", "**E**<br>E\n"),
    ],
)
def test_line_breaks_stay(text: str, expected: str) -> None:
    assert by_line(text, "E") == expected


@pytest.mark.parametrize(
    ("prose", "markdown"),
    [
        ('The U.S. grew 5% - or 6? (A lot!) It\'s "fine" & well; 3 < 5 > 2: see p. 7 #1.', None),
        (
            "snake_case, 2 * 3 = 6, C# and F#, ~5 km, $5, a|b {x} e-mail@example.org ^ https://example.org/a_b?c=d&e=f",
            None,
        ),
        ("1. One", "1\\. One"),
        ("2024) Two", "2024\\) Two"),
        ("2024.5 rise", None),
        ("- dash", "\\- dash"),
        ("+ plus", "\\+ plus"),
        ("-5 degrees", None),
        ("--- rule", "\\--- rule"),
        ("# hash", "\\# hash"),
        ("#tag", None),
        ("> quote", "\\> quote"),
        ("* star", "\\* star"),
        ("*em*", "\\*em\\*"),
        ("_em_ __init__", "\\_em\\_ \\_\\_init\\_\\_"),
        ("[link](u) [ref] [^1] [x]: y", "\\[link\\](u) \\[ref\\] \\[^1\\] \\[x\\]: y"),
        ("![a](b)", "!\\[a\\](b)"),
        ("<b>, <!-- and </p> <http://x>", "\\<b>, \\<!-- and \\</p> \\<http://x>"),
        ("&amp; &#39; R&D; &c.", "\\&amp; \\&#39; R\\&D; &c."),
        ("`code`", "\\`code\\`"),
        ("a \\ b\\*", "a \\\\ b\\\\\\*"),
        ("~a~ and ~~b~~", "\\~a\\~ and \\~\\~b\\~\\~"),
        ("$5 and $6", "\\$5 and \\$6"),
        ("{{ x }} {% y %}", "\\{{ x }} \\{% y %}"),
        ("::: note", "\\::: note"),
        (": definition", "\\: definition"),
        ("===", "\\==="),
        ("| a | b |", None),
    ],
)
def test_prose_reads_as_prose(prose: str, markdown: str | None) -> None:
    assert written(English(prose), {}) == (markdown or prose)
    assert blocks_of(written(English(prose), {})) == [prose]


@pytest.mark.parametrize(
    ("prose", "markdown"), [("C #", "C \\#"), ("#", "\\#"), ("a {b}", "a {b\\}"), ("C# {b} c", "C# {b} c")]
)
def test_the_end_of_a_heading_is_text(prose: str, markdown: str) -> None:
    assert written(English(prose), {}, "heading") == markdown
    assert blocks_of(f"# {markdown}") == [prose]


def test_pipes_in_cells_are_text() -> None:
    marks = (Mark(4, 7, 0, style="code", verbatim=True),)
    assert written(English("a|b c|d", marks), {0: Tag(0, 1, "`", "`")}, "cell") == "a\\|b `c\\|d`"


@pytest.mark.parametrize(
    ("text", "spans", "markdown"),
    [
        ("a bold word.", [(2, 6, "**")], "a **bold** word."),
        ("a bold word.", [(1, 7, "**")], "a **bold** word."),
        ("unbelievable", [(2, 9, "_")], "un*believa*ble"),
        ("word(x)word", [(4, 7, "**")], "word<strong>(x)</strong>word"),
        ("both at once", [(0, 12, "**"), (0, 12, "*")], "***both at once***"),
        ("onetwo", [(0, 3, "**"), (3, 6, "**")], "<strong>one</strong><strong>two</strong>"),
        ("one two", [(0, 3, "*"), (4, 4, "**")], "*one* two"),
        ("all of it", [(0, 9, "**"), (4, 6, "*")], "**all *of* it**"),
        ("wow!link", [(4, 8, "[")], "wow\\![link](u)"),
    ],
)
def test_emphasis_reads_as_emphasis(text: str, spans: list[tuple[int, int, str]], markdown: str) -> None:
    marks = tuple(Mark(a, b, key, depth=key, style=STYLES[d]) for key, (a, b, d) in enumerate(spans))
    tags = {key: Tag(0, 1, d, "](u)" if d == "[" else d) for key, (_, _, d) in enumerate(spans)}
    assert written(English(text, marks), tags) == markdown


# fmt: off
PIECES = [
    "نص", "كلمة ", " ", "\n", "\n\n", "\r\n", "*", "**", "_", "`", "[", "](u)", "![", "]", "[^1]", "\n[^1]: ",
    "<b>", "</b>", "<br>", "\\", "\\\n", "  \n", "# ", "- ", "1. ", "> ", "    ", "\t", "|", "\n|-|-|\n", "~~", "$",
    "$$", "---\n", ":::\n", "{{< x >}}", "{% ا %}", "&amp;", "&nbsp;", "<!-- ", "-->", "```\n", "<div>\n", "\n: ",
    "\0", "[ا]: u\n", "\u200f", "\ufeff", "1", "a", ".", "!", "؟", "<https://x.org>", "\r", "\x0b", "\u2028",
]
# fmt: on
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@given(MARKDOWN)
def test_blocks_and_marks_lie_as_they_should(text: str) -> None:
    document = parse("a", text.encode(), "a.md", Reading())
    for block in document.blocks:
        inside = document.text[block.start : block.end]
        assert inside
        assert inside == inside.strip()
    assert all(a.end < b.start for a, b in pairwise(document.blocks))
    assert [m.key for m in document.marks] == list(range(len(document.marks)))
    for mark in document.marks:
        assert any(b.start <= mark.start <= mark.end <= b.end for b in document.blocks)
    for at, mark in enumerate(document.marks):
        around = [m for m in document.marks[:at] if m.start <= mark.start < mark.end <= m.end and m.start < m.end]
        crossing = [m for m in document.marks[:at] if m.start < mark.start < m.end < mark.end]
        assert not crossing
        assert mark.start == mark.end or mark.depth <= len(around)
    for sentence in sentences_of(document):
        assert document.text[sentence.start : sentence.end] == sentence.text


@given(MARKDOWN)
def test_the_same_sentences_give_the_same_bytes(text: str) -> None:
    data = text.encode()
    document = parse("a", data, "a.md", Reading())
    sentences = sentences_of(document)
    blocks = list(english(document, sentences, [s.text for s in sentences], never))
    if all(block.unchanged for block in blocks):
        assert render(data, "a.md", Reading(), blocks) == data


@given(MARKDOWN)
def test_the_same_blocks_give_the_same_bytes(text: str) -> None:
    data = text.encode()
    document = parse("a", data, "a.md", Reading())
    blocks = [English(document.text[b.start : b.end], unchanged=True) for b in document.blocks]
    assert render(data, "a.md", Reading(), blocks) == data


@given(MARKDOWN)
def test_english_takes_the_place_of_arabic(text: str) -> None:
    text = text.removeprefix("\ufeff")
    before = passages_of(text)[0]
    after = passages_of(translated(text, lambda sentence: "Mint" if has_arabic(sentence) else sentence))[0]
    assert [(p.unit.kind, p.unit.level, p.unit.cell) for p in after] == [
        (p.unit.kind, p.unit.level, p.unit.cell) for p in before
    ]
    for old, new in zip(before, after, strict=True):
        assert old.verbatim or not has_arabic(prose(new.unit))


PROSE = st.text(st.sampled_from("ab1 .-+*_`~$[](){}<>!#&;:=|\\/\"'%،\u00a0"), min_size=1, max_size=30)


@given(PROSE)
def test_any_prose_reads_back(text: str) -> None:
    kinds: tuple[Kind, ...] = ("paragraph", "heading", "cell")
    for kind in kinds:
        draft = written(English(text), {}, kind)
        read = blocks_of({"heading": "# ", "cell": "|"}.get(kind, "") + draft + ("|\n|-|" if kind == "cell" else ""))
        assert ["".join(block.split()) for block in read] == ["".join(text.split())] * bool(text.strip())


@given(PROSE, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["**", "*", "_", "["]))))
def test_any_marks_read_back(text: str, spans: list[tuple[int, int, str]]) -> None:
    marks: list[Mark] = []
    tags: dict[int, Tag] = {}
    at = 0
    for a, b, delimiter in spans:
        start, end = at + a % 5, at + a % 5 + b % 9
        if not text[start:end].strip() or end > len(text):
            continue
        tags[len(marks)] = Tag(0, 1, delimiter, "](u)" if delimiter == "[" else delimiter)
        marks.append(Mark(start, end, len(marks), style=STYLES[delimiter]))
        at = end
    passages, _ = passages_of(written(English(text, tuple(marks)), tags))
    if not text.strip():
        assert not passages
        return
    (passage,) = passages
    read = [("".join(passage.unit.text[t.start : t.end].split()), t.style) for t in passage.unit.tags]
    assert read == [("".join(text[m.start : m.end].split()), m.style) for m in marks]


def test_code_in_html_stays_and_is_no_markdown() -> None:
    text = "اضغط <kbd>Ctrl_*a\\*_</kbd> ثم انتظر قليلا.\n"
    document = parse("a", text.encode(), "a.md", Reading())
    (mark,) = document.marks
    assert mark.verbatim
    assert document.text[mark.start : mark.end] == "Ctrl_*a*_"
    result = translated(text, lambda _: "Press the key and wait.")
    assert "<kbd>Ctrl\\_\\*a\\*\\_</kbd>" in result
    assert "Ctrl_*a*_" in blocks_of(result)[0]


def test_an_older_encoding_becomes_utf_8() -> None:
    data = "# عنوان\n\nنص".encode("cp1256")
    reading = Reading(encoding="windows-1256")
    document = parse("a", data, "a.md", reading)
    assert [b.kind for b in document.blocks] == ["heading", "paragraph"]
    assert (
        render(data, "a.md", reading, [English("عنوان", unchanged=True), English("Text")]) == "# عنوان\n\nText".encode()
    )


def test_wrong_bytes_name_the_place() -> None:
    with pytest.raises(InputError, match=r"a\.md: not UTF-8 at byte 2"):
        parse("a", "# عنوان".encode("cp1256"), "a.md", Reading())


# fmt: off
ENDLESS = [
    "[", "![", "[a](", "*a ", "**a _b ", "`", "<a ", "<!--", "$a ", "> ", "- ", "{{<", "{% ", ":::\n", "---\n",
    "[^", "\\", "a\n: ", "|", "[x]: y\n", "&", "~a", "<?", "![a](b)", "<b>a</b>", "\r", " \n", "<br>",
]
# fmt: on


@pytest.mark.parametrize("piece", ENDLESS)
def test_endless_markup_is_read_in_one_go(piece: str) -> None:
    text = piece * (6_000 // len(piece)) + "نص"
    document = parse("a", text.encode(), "a.md", Reading())
    blocks = [English(document.text[b.start : b.end], unchanged=True) for b in document.blocks]
    assert render(text.encode(), "a.md", Reading(), blocks) == text.encode()
