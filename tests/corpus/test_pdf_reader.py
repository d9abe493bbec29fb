"""PDF: letters and their places to paragraphs, on pages that are written here."""

import re
import sys
from collections.abc import Iterable, Sequence

import pytest

from corpus.readers import READERS, Reading
from corpus.readers.pdf import NOTICE, parse
from corpus.readers.pdf.lines import Glyph, lines_of
from mt.errors import InputError

SIZE = 12.0
ADVANCE = 0.6 * SIZE  # every letter is as wide
SPACE = 0.3 * SIZE
NARROW = [code for code in (*range(0x30, 0x3A), *range(0x61, 0x7B), *range(0xE0, 0x100)) if chr(code) not in "mwæøð÷"]
LEFT, RIGHT, TOP = 72.0, 523.0, 760.0
STEP = 1.5 * SIZE
_TOKEN = re.compile(r"[A-Za-z0-9٠-٩][A-Za-z0-9٠-٩.,:/]*(?: [A-Za-z]+)*(?<![.,:])|\s|.")

Spot = tuple[str, float, float]
"""A character, its left side and its baseline."""


def laid_out(text: str, right: float = RIGHT, y: float = TOP) -> list[Spot]:
    """Place a line as it is seen: from right to left, but Latin words and numbers from left to right."""
    spots: list[Spot] = []
    for token in _TOKEN.findall(text):
        if token == " ":
            right -= SPACE
        elif token.isascii() or token[0] in "٠١٢٣٤٥٦٧٨٩":
            right -= sum(SPACE if char == " " else ADVANCE for char in token)
            at = right
            for char in token:
                if char != " ":
                    spots.append((char, at, y))
                at += SPACE if char == " " else ADVANCE
        else:
            right -= ADVANCE
            spots.append((token, right, y))
    return spots


def column(lines: Sequence[str], right: float = RIGHT, top: float = TOP) -> list[Spot]:
    return [spot for number, line in enumerate(lines) for spot in laid_out(line, right, top - number * STEP)]


def wrapped(text: str, width: float) -> list[str]:
    """Break a paragraph where the next word has no room."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and sum(SPACE if char == " " else ADVANCE for char in longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def pdf(*pages: Iterable[Spot], picture: bool = False, extra: str = "", meaning: int | None = None) -> bytes:
    """Write a PDF of one font whose codes are given a meaning by a ToUnicode map."""
    drawn = [list(page) for page in pages]
    chars = sorted({char for page in drawn for char, _, _ in page})
    codes = dict(zip(chars, NARROW, strict=False))
    assert len(codes) == len(chars)
    told = [(code, ord(char) if meaning is None else meaning + code) for char, code in codes.items()]
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        f"{len(told)} beginbfchar {' '.join(f'<{code:02X}> <{char:04X}>' for code, char in told)} endbfchar endcmap end"
    )
    widths = " ".join(["600"] * 224)
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(drawn)} /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(drawn)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 255 "
        f"/Widths [{widths}] /ToUnicode 4 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
        "\nstream\n0\nendstream",
    ]
    for number, page in enumerate(drawn):
        text = "".join(f"1 0 0 1 {x:.2f} {y:.2f} Tm <{codes[char]:02X}> Tj\n" for char, x, y in page)
        content = f"BT /F {SIZE} Tf {text} ET" if page else ""
        content += " q 595 0 0 842 0 0 cm /I Do Q" if picture and not page else ""
        bodies += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F 3 0 R >> /XObject << /I 5 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    file = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(bodies) + 1
    file += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {extra} >>\n"
    return (file + f"startxref\n{file.rindex('xref')}\n%%EOF\n").encode("latin-1")


def texts(data: bytes) -> list[str]:
    document = parse("a", data, "a.pdf", Reading())
    return [document.text[b.start : b.end] for b in document.blocks]


TITLE = "افتتاح المكتبة العامة"
FIRST = (
    "أعلنت بلدية مدينة السرو صباح اليوم عن افتتاح المكتبة العامة الجديدة بعد ثلاث سنوات من العمل المتواصل، وقد حضر "
    "الحفل عدد كبير من سكان الحي وطلاب المدارس القريبة. وقالت المديرة إن الأبواب ستبقى مفتوحة حتى الساعة 9:30 مساء."
)
SECOND = (
    "وأضافت أن قسم الأطفال يضم 5,200 كتاب مصور، وأن شركة Nour Tech للحواسيب تبرعت بعشرين حاسوبا (كلها جديدة). "
    "وستقام فيه ورشات للقراءة والرسم كل أسبوع، والدخول مجاني للجميع من غير استثناء حتى نهاية عام ٢٠٢٧."
)
THIRD = "ودعا رئيس الجمعية سكان المدينة إلى التبرع بالكتب القديمة، وقال إن المتطوعين سيجمعونها من البيوت يوم السبت."


def page(*paragraphs: str, width: float = RIGHT - LEFT) -> list[str]:
    return [line for paragraph in paragraphs for line in wrapped(paragraph, width)]


@pytest.mark.parametrize("order", ["as read", "from the left", "from the right", "from below"])
def test_lines_are_joined_to_paragraphs(order: str) -> None:
    spots = column(page(TITLE, FIRST, SECOND, THIRD))
    if order == "from below":
        spots.sort(key=lambda spot: spot[2])
    elif order != "as read":
        spots.sort(key=lambda spot: (-spot[2], spot[1] if order == "from the left" else -spot[1]))
    assert texts(pdf(spots)) == [TITLE, FIRST, SECOND, THIRD]
    assert [block.kind for block in parse("a", pdf(spots), "a", Reading()).blocks] == ["heading"] + ["paragraph"] * 3


def test_presentation_forms_become_letters() -> None:
    forms = str.maketrans({"ا": "\ufe8e", "ل": "\ufee0", "م": "\ufee3", "ك": "\ufedc", "ت": "\ufe97", "ب": "\ufe92"})
    assert texts(pdf([(char.translate(forms), x, y) for char, x, y in column([TITLE])])) == [TITLE]


def test_a_paragraph_goes_on_on_the_next_page() -> None:
    lines = page(FIRST, SECOND)
    assert texts(pdf(column(lines[:6]), column(lines[6:]))) == [FIRST, SECOND]


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    lines = page(FIRST, SECOND, THIRD)
    pages = [
        [
            *laid_out("مجلة الحي", RIGHT - 90 * (number % 2), 810),
            *column(lines[4 * number : 4 * number + 4 if number < 2 else None]),
            *laid_out("العدد 12", RIGHT, 60),
            *laid_out(f"- {number + 3} -", 300, 40),
        ]
        for number in range(3)
    ]
    assert texts(pdf(*pages)) == [FIRST, SECOND, THIRD]


def test_columns_are_read_from_the_right() -> None:
    width = (RIGHT - LEFT) / 2 - 12
    right = page(FIRST, THIRD, width=width)
    left = page(SECOND, FIRST, width=width)
    spots = [
        *laid_out(TITLE, RIGHT - 100, TOP + 40),
        *column(right, RIGHT),
        *column(left, LEFT + width, TOP - 3),
        *column(page(SECOND), RIGHT, TOP - (max(len(right), len(left)) + 1) * STEP),
    ]
    assert texts(pdf(spots)) == [TITLE, FIRST, THIRD, SECOND, FIRST, SECOND]


def test_indented_and_spaced_paragraphs() -> None:
    lines = wrapped(FIRST, RIGHT - LEFT - 3 * SIZE)
    full = " ".join(lines)
    indented = [
        spot
        for number in range(6)
        for spot in laid_out(lines[number % 2], RIGHT - 2 * SIZE * (number % 2 == 0), TOP - number * STEP)
    ]
    assert texts(pdf(indented)) == [" ".join(lines[:2])] * 3
    assert full.startswith(" ".join(lines[:2]))
    spaced = [spot for n in range(4) for spot in laid_out(lines[n % 2], RIGHT, TOP - n * STEP - 2 * STEP * (n // 2))]
    assert texts(pdf(spaced)) == [" ".join(lines[:2])] * 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\nno more", "a.pdf: no sound PDF ("),
        (b"", "a.pdf: no sound PDF ("),
        (pdf([], column([TITLE]), [], picture=True), "a.pdf: pages 1, 3 are pictures without text"),
        (pdf([], picture=True), "a.pdf: page 1 is a picture without text"),
        (pdf(column([TITLE]), meaning=0xE000), "a.pdf: its fonts do not tell which letters they draw"),
        (
            pdf(
                column([TITLE]),
                extra=f"/ID [<><>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>",
            ),
            "a.pdf: locked with a password",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        texts(data)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_without_the_library_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(InputError, match=r'pip install "muwazi\[pdf\]"'):
        texts(pdf(column([TITLE])))


def test_an_empty_page_has_no_blocks() -> None:
    assert texts(pdf([])) == []


def test_a_pdf_cannot_be_written_and_says_what_it_does_not_know() -> None:
    assert not READERS["pdf"].writes
    assert all(word in NOTICE for word in ("paragraphs", "columns", "tables"))


def glyphs(text: str, *, first: float = 500.0) -> list[Glyph]:
    """Place characters from right to left, each a word's width of its own."""
    found: list[Glyph] = []
    word = 0
    for char in text:
        word += char == " "
        first -= SPACE if char == " " else ADVANCE
        if char != " ":
            found.append(Glyph(char, first, first + ADVANCE, 700.0, SIZE, word))
    return found


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("نص )مهم( هنا.", "نص (مهم) هنا."),
        ("نص )مهم), هنا.", "نص (مهم), هنا."),
        ("قال: »نعم«.", "قال: «نعم»."),
        ("في 02 01", "في 20 10"),
        ("عام 6202/11/62.", "عام 26/11/2026."),
        ("شركة hceT ruoN الآن", "شركة Nour Tech الآن"),
        ("nuR muwazi", "izawum Run"),
    ],
)
def test_what_is_seen_from_right_to_left_is_read_in_order(seen: str, read: str) -> None:
    assert [line.text for line in lines_of(glyphs(seen))] == [read]


def test_characters_of_a_ligature_and_marks() -> None:
    letters = glyphs("الله")
    together = [letters[0], *(Glyph(char, 480.0, 492.0, 700.0, SIZE, 0) for char in "هلل")]
    assert lines_of(together)[0].text == "الله"
    lam_alef = [Glyph(char, 480.0, 487.0, 700.0, SIZE, 0) for char in "لا"]
    assert lines_of(lam_alef)[0].text == "لا"
    mark = Glyph("\u064f", letters[1].left + 1, letters[1].left + 3, 700.0, SIZE, 0)
    assert lines_of([mark, *letters])[0].text == "ال\u064fله"


def test_a_raised_number_stays_in_its_line() -> None:
    line = glyphs("نص هنا")
    raised = Glyph("1", line[-1].left - 4, line[-1].left, 704.0, 7.0, 1)
    assert [found.text for found in lines_of([*line, raised])] == ["نص هنا1"]


def test_a_page_of_many_letters_takes_linear_time() -> None:
    scattered = [
        Glyph("ا", float(n * 37 % 5_000), n * 37 % 5_000 + 5.0, float(n * 53 % 5_000), 1.0, n) for n in range(20_000)
    ]
    assert sum(len(line.text.replace(" ", "")) for line in lines_of(scattered)) == 20_000
