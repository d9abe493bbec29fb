"""TMX held to its rules, and the same files judged by xmllint with the standard's own DTD."""

import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus import formats
from corpus.pair import Pair
from corpus.validation import Finding, examine

GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="pen" creationtoolversion="1" segtype="block" o-tmf="x" adminlang="en" srclang="ar" datatype="x">
<note>ملاحظة</note><prop type="x">y</prop>
<ude name="u" base="b"><map unicode="#xF8FF" code="#xF0"/></ude>
</header>
<body>
<tu tuid="1" creationdate="20240309T101500Z" segtype="sentence">
<note>n</note><prop type="x-z">p</prop>
<tuv xml:lang="ar"><prop type="q">r</prop><seg><bpt i="1" type="b">[</bpt>النافذة<ept i="1">]</ept>.</seg></tuv>
<tuv xml:lang="en-GB"><seg>Salma opened <hi type="b">the <ph x="1"/>window</hi><it pos="begin">(</it>.</seg></tuv>
</tu>
<tu tuid="2">
<tuv xml:lang="AR"><seg>نام القط<ut>~</ut>.</seg></tuv>
<tuv xml:lang="en"><seg>The cat slept<ph>see <sub>a note</sub></ph>.</seg></tuv>
</tu>
</body>
</tmx>
"""

# What is changed in GOOD, what is put there, the rule that this breaks, and its line. XMLLINT: what the DTD says too.
XMLLINT = [
    ("<note>ملاحظة</note>", "<seg>ملاحظة</seg>", "element", 5),
    ("<note>ملاحظة</note>", "كلمة", "text", 5),
    ("</header>", "</header><header/>", "element", 7),
    ("<body>", "", "not-well-formed", 18),
    ('<tmx version="1.4">', '<tmx version="1.3">', "attribute", 3),
    (' segtype="block" o-tmf', " o-tmf", "attribute", 4),
    ('segtype="block" o-tmf', 'segtype="clause" o-tmf', "attribute", 4),
    (' o-tmf="x"', "", "attribute", 4),
    (' adminlang="en"', "", "attribute", 4),
    (' srclang="ar"', "", "attribute", 4),
    (' datatype="x"', "", "attribute", 4),
    (' creationtool="pen"', "", "attribute", 4),
    (' creationtoolversion="1"', "", "attribute", 4),
    ('<ude name="u"', "<ude", "attribute", 6),
    ('<map unicode="#xF8FF" code="#xF0"/>', "", "element", 6),
    ('<map unicode="#xF8FF" code="#xF0"/>', '<map code="#xF0"/>', "attribute", 6),
    ('<map unicode="#xF8FF" code="#xF0"/>', '<map unicode="#xF8FF"> </map>', "text", 6),
    ("<body>\n", "<body>\n<note>n</note>\n", "element", 9),
    ("<body>\n", "<body>\nنص\n", "text", 9),
    ('<tu tuid="1"', '<tu id="1"', "attribute", 9),
    ('Z" segtype="sentence">', 'Z" segtype="page">', "attribute", 9),
    ('<prop type="x-z">', "<prop>", "attribute", 10),
    ("<note>n</note>", "<note>n<hi>o</hi></note>", "element", 10),
    ("<note>n</note>", "<seg>n</seg>", "element", 10),
    ('<tuv xml:lang="AR">', "<tuv>", "attribute", 15),
    ('<tuv xml:lang="AR">', '<tuv xml:lang="AR" tuid="3">', "attribute", 15),
    ("<seg>نام القط<ut>~</ut>.</seg>", "", "element", 15),
    ("<seg>نام القط<ut>~</ut>.</seg>", "<seg>نام</seg><seg>القط</seg>", "element", 15),
    ("<seg>نام القط<ut>~</ut>.</seg>", '<seg>نام القط.</seg><prop type="q">r</prop>', "element", 15),
    ("<seg>نام القط<ut>~</ut>.</seg>", "نام القط.", "text", 15),
    ("<seg>نام", '<seg type="b">نام', "attribute", 15),
    ("<ut>~</ut>", "<b>~</b>", "element", 15),
    ("<ut>~</ut>", "<sub>~</sub>", "element", 15),
    ("<ut>~</ut>", "<ut><ph>~</ph></ut>", "element", 15),
    ('<ept i="1">', "<ept>", "attribute", 11),
    ('<it pos="begin">', '<it pos="middle">', "attribute", 12),
    ('<it pos="begin">', "<it>", "attribute", 12),
    ("</tu>\n</body>", "<note>n</note></tu>\n</body>", "element", 17),
    ("</tu>\n</body>", '</tu>\n<tu tuid="3"></tu></body>', "element", 18),
    ('<tmx version="1.4">', '<tmx version="1.4" xmlns="urn:example:tmx">', "attribute", 3),
    ("</body>\n", "</body>\n<body/>\n", "element", 19),
    ("<ut>~</ut>", "<UT>~</UT>", "element", 15),
    ("cat slept", "cat\x01slept", "forbidden-character", 16),
    ("cat slept", "cat&#11;slept", "forbidden-character", 16),
    ("cat slept", "cat\ufffeslept", "forbidden-character", 16),
    ("cat slept", "cat&nbsp;slept", "entity", 16),
    ("cat slept", "cat & slept", "not-well-formed", 16),
    ("cat slept", "cat < slept", "not-well-formed", 16),
    ("</tmx>", "", "not-well-formed", 20),
    ('"1.4"', "1.4", "not-well-formed", 3),
    ('encoding="UTF-8"', 'encoding="x-none"', "unreadable", 1),
]
# What the DTD cannot say.
ONLY_OURS = [
    ('creationdate="20240309T101500Z"', 'creationdate="2024-03-09"', "date", 9),
    ('creationdate="20240309T101500Z"', 'creationdate="20240230T101500Z"', "date", 9),
    ('creationdate="20240309T101500Z"', 'usagecount="many"', "attribute", 9),
    ('xml:lang="AR"', 'xml:lang="ar_SA"', "language", 15),
    ('adminlang="en"', 'adminlang="english language"', "language", 4),
    ('srclang="ar"', 'srclang="fr"', "source-language", 9),
    ('<tu tuid="2">', '<tu tuid="2" srclang="de">', "source-language", 14),
    ('xml:lang="AR"', 'xml:lang="he"', "languages", 14),
    ('<ept i="1">', '<ept i="2">', "pairing", 11),
    ("<ut>~</ut>", '<bpt i="1">~</bpt>', "pairing", 15),
    ("<ut>~</ut>", '<ept i="1">~</ept>', "pairing", 15),
    ("<ut>~</ut>", '<bpt i="1"/><ept i="1"/><bpt i="1"/><ept i="1"/>', "pairing", 15),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-position">0:1</prop>', "property", 14),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-score">good</prop>', "property", 14),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-origin">guess</prop>', "property", 14),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-score">0.5</prop>', "score", 14),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-bead">1:1</prop>', "bead", 14),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-faults">dull</prop>', "fault-name", 14),
    ('<tu tuid="2">', '<tu tuid="2"><prop type="x-position">0:1:9:3</prop>', "position", 14),
    ('encoding="UTF-8"', 'encoding="windows-1256"', "encoding", 1),
]  # fmt: skip
WARNINGS = [
    ('<tu tuid="2">', '<tu tuid="1">', "duplicate-tuid", 14),
    ('<tu tuid="2">', '<tu tuid="0123456789abcdef">', "edited", 14),
    ("نام القط<ut>~</ut>.", " ", "empty-text", 14),
    ("The cat slept<ph>see <sub>a note</sub></ph>.", "<ph>The cat slept</ph>", "empty-text", 14),
    ("</tu>\n</body>", '<tuv xml:lang="EN"><seg>A cat.</seg></tuv></tu>\n</body>', "duplicate-language", 14),
    ("<ut>~</ut>", "\x85", "character", 14),
]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def findings(path: Path) -> list[Finding]:
    (examination,) = examine(path)
    return list(examination.findings)


def check(folder: Path, text: str | bytes) -> list[Finding]:
    path = folder / "memory.tmx"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return findings(path)


def rules(found: Iterable[Finding]) -> set[tuple[str, int | None]]:
    return {(finding.rule, finding.line) for finding in found}


def test_a_good_file_has_no_findings(tmp_path: Path) -> None:
    assert check(tmp_path, GOOD) == []


@pytest.mark.parametrize(("old", "new", "rule", "line"), [*XMLLINT, *ONLY_OURS])
def test_errors(tmp_path: Path, old: str, new: str, rule: str, line: int) -> None:
    found = check(tmp_path, changed(old, new))
    assert (rule, line) in rules(found), found
    assert {finding.severity for finding in found if finding.rule == rule} == {"error"}


@pytest.mark.parametrize(("old", "new", "rule", "line"), WARNINGS)
def test_warnings(tmp_path: Path, old: str, new: str, rule: str, line: int) -> None:
    found = check(tmp_path, changed(old, new))
    assert rules(found) == {(rule, line)}
    assert {finding.severity for finding in found} == {"warning"}


def test_xmllint_agrees(tmp_path: Path, tmx_dtd: Path, program: Callable[..., str]) -> None:
    xmllint = program("xmllint", "libxml2-utils", "--version")
    table = [(GOOD, True)]
    table += [(changed(old, new), False) for old, new, *_ in XMLLINT]
    table += [(changed(old, new), True) for old, new, *_ in (*ONLY_OURS, *WARNINGS) if "windows" not in new]
    for number, (text, _) in enumerate(table):
        (tmp_path / f"{number:03}.tmx").write_text(text, "utf-8")
    files = sorted(tmp_path.glob("*.tmx"))
    command = [xmllint, "--noout", "--nonet", "--dtdvalid", str(tmx_dtd), *map(str, files)]
    run = subprocess.run(command, capture_output=True, check=False)
    refused = set(re.findall(r"(\d{3})\.tmx[: ]", run.stderr.decode()))
    assert refused == {f"{number:03}" for number, (_, valid) in enumerate(table) if not valid}


def test_the_check_goes_on_after_an_error(tmp_path: Path) -> None:
    text = (
        GOOD.replace('<tu tuid="1"', '<tu id="1"').replace("<ut>~</ut>", "<b>\x02</b>").replace("cat slept", "cat\x01")
    )
    assert {("attribute", 9), ("element", 15), ("forbidden-character", 15), ("forbidden-character", 16)} == rules(
        check(tmp_path, text)
    )


def test_findings_name_their_unit(tmp_path: Path) -> None:
    found = check(
        tmp_path, GOOD.replace("cat slept", "cat\x01slept").replace("النافذة", "\x02النافذة").replace('="y"', "=y")
    )
    assert [(finding.unit, finding.line) for finding in found] == [("1", 11), ("2", 16)]
    anonymous = check(tmp_path, GOOD.replace(' tuid="2"', "").replace("cat slept", "cat\x01slept"))
    assert [finding.unit for finding in anonymous] == ["2"]  # the second


def test_lines_are_right_past_65535(tmp_path: Path) -> None:
    text = GOOD.replace("<body>\n", "<body>\n" + "\n" * 70_000).replace('xml:lang="AR"', 'xml:lang="ar_SA"')
    assert rules(check(tmp_path, text)) == {("language", 70_015)}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_the_standard(tmp_path: Path, codec: str) -> None:
    text = GOOD.replace("UTF-8", "UTF-16" if codec == "utf-16" else "utf-8")
    assert check(tmp_path, text.encode(codec)) == []
    bad = check(tmp_path, text.replace("cat slept", "cat\x01slept").encode(codec))
    assert rules(bad) == {("forbidden-character", 16)}


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (GOOD.encode("utf-16"), "encoding", 1),  # declared UTF-8
        (GOOD.replace("UTF-8", "UTF-16").encode(), "encoding", 1),
        (GOOD.replace("UTF-8", "UTF-16").encode("utf-16-le"), "unreadable", 1),
        (GOOD.encode().replace(b"slept", b"sl\xe9pt"), "encoding", 16),
        (GOOD.replace("UTF-8", "US-ASCII").encode(), "encoding", 5),
        (GOOD.replace("UTF-8", "UTF-16").encode("utf-16")[:-1], "encoding", 19),
        (b"", "not-well-formed", 1),
        (b"\x00\x01\x02\x03", "not-well-formed", 1),
        (b"<html></html>", "root", 1),
        (b"PK\x03\x04", "unreadable", None),
        (b"\x1f\x8b\x08", "unreadable", None),
        (b'<!DOCTYPE tmx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><tmx>&b;</tmx>', "entity", 1),
        (b'<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/hostname">]><tmx>&a;</tmx>', "entity", 1),
        (b'<!DOCTYPE tmx [<!ENTITY % a SYSTEM "http://example.org/a.dtd">%a;]><tmx/>', "entity", 1),
        (b"<tmx>" + b"<hi>" * 100_000, "unreadable", 1),
        (b"<tmx><!-- " + b"x" * (3 << 20) + b" --></tmx>", "unreadable", 1),
    ],
)
def test_hostile_files(tmp_path: Path, data: bytes, rule: str, line: int | None) -> None:
    found = check(tmp_path, data)
    assert (rule, line) in rules(found), found
    assert len(found) < 120
    assert not any("\n" in finding.message for finding in found)


def test_a_text_without_end_fills_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.validation.tmx.LIMIT", 1 << 20)
    found = check(tmp_path, GOOD.replace("cat slept", "cat slept" * 200_000))
    assert [(finding.rule, finding.line) for finding in found] == [("unreadable", 16)]
    many = "<tuv xml:lang='fr'><seg>" + "x" * 100_000 + "</seg></tuv>\n"
    found = check(tmp_path, changed("</tu>\n</body>", f"{many * 20}</tu>\n</body>").replace("cat slept", "cat\x01"))
    assert [(finding.rule, finding.line) for finding in found] == [("forbidden-character", 16), ("unreadable", 27)]


def test_what_we_write_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "ours.tmx.gz"
    texts = [("زارت منى المتحف.", "Mona visited the museum."), ("\u200fأغلق الباب & <خرج>", 'He closed it & "left"')]
    pairs = [
        Pair("مقال", n, n, 40 * n, 40 * n + len(source), source, target, "machine", "m@1", -0.2, faults=("too-long",))
        for n, (source, target) in enumerate(texts)
    ]
    human = Pair("مقال", 9, 9, 400, 403, "نعم", "Yes", "human", None, None, "1-1", 0.9, (), 3, 6)
    formats.write([*pairs, human], path)
    assert findings(path) == []


XML = {"not-well-formed", "forbidden-character", "encoding", "entity", "unreadable", "root"}


@given(st.data())
def test_damaged_xml_is_seen_as_lxml_sees_it(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    start = data.draw(st.integers(90, len(GOOD)))
    inserted = data.draw(st.text(st.sampled_from("<>&;/\"'=abi1# \x01ي"), max_size=4))
    text = GOOD[:start] + inserted + GOOD[start + data.draw(st.integers(0, 4)) :]
    found = {finding.rule for finding in check(tmp_path_factory.mktemp("damaged"), text)}
    why = ""
    try:
        etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        why = str(error)
    if not why:
        assert not XML - {"root"} & found
    elif "Namespace prefix" not in why:  # one that is not declared is well-formed XML all the same
        assert XML & found


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, new, *_ in (*XMLLINT, *ONLY_OURS, *WARNINGS)])
def test_what_has_no_errors_can_be_read(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text(changed(old, new), "utf-8")
    if not any(finding.severity == "error" for finding in findings(path)):
        assert len(list(formats.read(path))) >= 2


OURS = [
    Pair("خبر", 0, 0, 0, 11, "وصل القطار.", "The train arrived.", "machine", model="m&n@1", score=-0.25),
    Pair("خبر", 0, 1, 12, 24, "ركبت <سلمى>\n", "Salma\ngot on.", "human", bead="1-1", alignment_score=0.75),
    Pair("خبر", 0, 1, 12, 24, "ركبت <سلمى>\n", "Salma\ngot on.", "human", bead="1-1", alignment_score=0.75),
    Pair("خبر", 1, 2, 20, 25, "نامت.", "She slept.", "machine", score=0.5, faults=("tired",)),
    Pair("خبر", 1, 3, 26, 30, "نامت.", " ", "human", bead="2-0", target_start=5, target_end=3, id="0123456789abcdef"),
    Pair("خبر", -1, 4, 40, 47, "استيقظ.\x7f", "كان الصباح.", "post-edited", alignment_score=2.0, id='"<4>'),
]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("1:2:20:25", "1:2:٢٠:25"),
        ("1:2:20:25", "1:2:20"),
        (">post-edited<", ">guessed<"),
        (">0.5<", ">half<"),
        (">5:3<", ">5<"),
        ("Salma", "&salma;"),
        ("Salma", "&#x1;"),
        ("Salma", "\x01"),
        ("She slept.", "She <b>slept</b>."),
        ('"en" creationid="human', '"fr" creationid="human'),
        ("</tu>\n</body>", "</body>"),
        ('datatype="plaintext"', 'datatype="plaintext" creationdate="20241399T000000Z"'),
    ],
)
def test_ours_are_held_to_the_same_rules(tmp_path: Path, old: str, new: str) -> None:
    """Files that look like ours are checked in a quicker way, which finds all that the other one does."""
    path = tmp_path / "a.tmx"
    formats.write(OURS, path)
    text = path.read_text("utf-8")
    assert old in text

    def found(text: str) -> list[Finding]:
        path.write_text(text, "utf-8")
        (examination,) = examine(path)
        findings = list(examination.findings)
        assert findings
        return sorted(findings, key=lambda finding: (finding.line or 0, finding.rule, finding.message))

    text = text.replace(old, new, 1)
    assert found(text) == found(text.replace("<body>", "<body><!-- not ours -->"))
