"""TMX: what we write, and what we read of others."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import formats
from corpus.formats import tmx, tmx_own, tmx_units
from corpus.pair import Origin, Pair
from mt.errors import FormatError

DATE = datetime(2024, 3, 9, 14, 5, 7, tzinfo=UTC)
PAIRS = [
    Pair(
        "أخبار",
        0,
        0,
        0,
        39,
        "افتتح التاجر ماهر العطار متجره صباحًا.",
        "The merchant opened his shop.",
        "human",
        bead="1-1",
    ),
    Pair("أخبار", 0, 1, 40, 78, "باع ٣٥ كيلوغرامًا من التمر.", "He sold dates, dates.", "machine", "compact@0a1b", -0.3),
    Pair(
        "أخبار", 2, 2, 80, 131, "كتب على اللافتة: <b>تمر &amp; لبن</b>", "The sign:\n<b>dates &amp; milk</b>", "machine"
    ),
]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (None, ""),
        (DATE, ' creationdate="20240309T140507Z"'),
        (datetime(2024, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=3))), ' creationdate="20231231T223000Z"'),
    ],
)
def test_tmx_date_is_utc(date: datetime | None, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write(PAIRS, path, date=date)
    assert f'datatype="plaintext"{expected}/>' in path.read_text("utf-8")


def test_tmx_date_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.write(PAIRS, tmp_path / "a.tmx", date=datetime(2024, 1, 1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("origin", "creation"), [("machine", "MT!"), ("human", "human-reference"), ("post-edited", "post-edited")]
)
def test_tmx_creationid_tells_the_origin(origin: Origin, creation: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write([replace(PAIRS[0], origin=origin)], path)
    assert f'<tuv xml:lang="en" creationid="{creation}">' in path.read_text("utf-8")


def unit(body: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>\n{head}<tmx version="1.4"><header/><body>\n{body}\n</body></tmx>\n'


AR = '<tuv xml:lang="ar"><seg>باب</seg></tuv>'
EN = '<tuv xml:lang="en"><seg>door</seg></tuv>'
CODES = '<bpt i="1">&lt;b></bpt>a <hi>do<hi>o</hi></hi>r<ept i="1">&lt;/b></ept>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (unit(f"<tu>{AR}{EN}</tu>\n<tu>{AR}</tu>"), ":4: this unit needs the languages ar and en and has ar;"),
        (unit(f"<tu>{EN.replace('en', 'fr')}\n{EN}</tu>"), ":3: this unit needs .* and has fr, en;"),
        (unit("<tu><tuv><seg>x</seg></tuv></tu>"), r":3: this unit needs .* and has \?;"),
        (unit("<tu/>"), ":3: this unit needs .* and has no tuv;"),
        (unit(f"<tu>{AR}<tuv xml:lang='en'/></tu>"), ":3: a tuv of this unit has no seg"),
        (unit(f"<tu><prop type='x-origin'>robot</prop>{AR}{EN}</tu>"), ":3: origin 'robot' is none of"),
        (unit(f"<tu><prop type='x-position'>1:2</prop>{AR}{EN}</tu>"), ":3: x-position is '1:2' and should be"),
        (unit(f"<tu><prop type='x-score'>high</prop>{AR}{EN}</tu>"), ":3: x-score is 'high', which is no number"),
        (unit(f"<tu>{AR}{EN}</tu>\n<tu>{AR}"), r":5: not well-formed \(.*mismatch"),
        (unit(f"<tu>{AR}{EN.replace('door', chr(11))}</tu>"), r":3: not well-formed \("),
        (unit(f"<tu>{AR}{EN.replace('door', '&nbsp;')}</tu>"), r":3: not well-formed \(undefined entity\)"),
        (
            unit(f"<tu>{AR}{EN.replace('door', 'a&nbsp;b')}</tu>", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'),
            ":4: nothing says what &nbsp; is",
        ),
        ("", r":1: not well-formed \(no element found\)"),
        ("<html>\n<body/></html>", ":1: the root is 'html'"),
        ('<!-- -->\n<tmx xmlns="urn:x"/>', ":2: the root is 'tmx' where 'tmx' without a namespace"),
    ],
)
def test_tmx_error_names_the_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        list(tmx.read(path))


@pytest.mark.parametrize("comment", ["", "<!-- so that it is none of ours -->"])
def test_tmx_error_names_the_line_in_a_long_file(comment: str, tmp_path: Path) -> None:
    """Past line 65,535, where libxml2 stops counting, in the quick way and in the other."""
    path = tmp_path / "a.tmx"
    formats.write([*PAIRS] * 2650, path)
    lines = path.read_text("utf-8").replace("<body>", f"<body>{comment}").split("\n")
    last = max(number for number, line in enumerate(lines, 1) if line.startswith("<tu "))
    assert last > 65_535
    lines[last + 1] = lines[last + 1].replace("2:2:80:131", "2:2")
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(FormatError, match=rf"a\.tmx:{last}: x-position is '2:2'"):
        list(tmx.read(path))
    lines[last + 5] = "</oh>"
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(FormatError, match=rf"a\.tmx:{last + 6}: not well-formed \(mismatched tag\)"):
        list(tmx.read(path))


hard = st.sampled_from("\t\n\r\0\x0b\x85\ufeff\ufffe\ud83d\u200f<>&\"' ]")
texts = st.lists(hard | st.text(st.characters(exclude_categories=())) | st.just("]]>"), max_size=6).map("".join)
foreign = st.sampled_from(
    ["", "<!-- x -->", "\n", "<?x?>", "<tu><tuv lang='AR'><seg>ا</seg></tuv><tuv lang='EN'><seg/></tuv></tu>"]
)


@given(st.lists(st.tuples(texts, texts, texts, foreign), min_size=1, max_size=4))
@settings(max_examples=40)
def test_the_quick_way_gives_what_xml_gives(given: list[tuple[str, str, str, str]]) -> None:
    """Units of ours, between them what we don't write: wherever the quick way ends, nothing is lost."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.tmx")
        expected = []
        for name, source, target, _ in given:
            expected.append(Pair(name, 0, 0, 0, 0, source or "ا", target, "human", model=name))
        formats.write(expected, path)
        units = path.read_bytes().split(b"</tu>\n")
        mixed = [unit + b"</tu>\n" + other.encode() for unit, (*_, other) in zip(units, given, strict=False)]
        path.write_bytes(b"".join(mixed) + units[-1])
        quick = list(tmx.read(path))
        path.write_bytes(path.read_bytes().replace(b"<body>", b"<body><!-- -->", 1))
        assert quick == list(tmx.read(path))
        assert len(quick) == len(given) + sum(other.startswith("<tu") for *_, other in given)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("He sold", "He\x01sold", "not well-formed"),
        ("He sold", "He &euro; sold", "nothing says what &euro; is"),
        ("He sold", "He & sold", "not well-formed"),
        ("He sold", "He ]]> sold", "not well-formed"),
        ("He sold", "He\udcffsold", "not well-formed"),
        ('creationid="MT!"', 'creationid="MT!', "not well-formed"),
    ],
)
def test_what_xml_refuses_is_refused_in_the_quick_way(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    formats.write(PAIRS, path)
    text = path.read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), "utf-8", "surrogateescape")
    read = tmx.read(path)
    assert next(read) == PAIRS[0]
    with pytest.raises(FormatError, match=rf"a\.tmx:{line}: {message}"):
        next(read)


def test_tmx_by_the_kilobyte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a piece of the file ends, the units are the same."""
    path = tmp_path / "a.tmx"
    formats.write(PAIRS, path)
    for size in (400, 401, 433, 500, 777):
        monkeypatch.setattr(tmx_own, "_CHUNK", size)
        monkeypatch.setattr(tmx_units, "_CHUNK", size)
        assert list(tmx.read(path)) == PAIRS


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY bomb "boom">',
        '<!ENTITY bomb SYSTEM "SECRET">',
        '<!ENTITY bomb PUBLIC "-//x" "http://127.0.0.1:9/x">',
        '<!ENTITY % bomb SYSTEM "SECRET"> %bomb;',
        '<!ENTITY % bomb "<!ENTITY c &#34;c&#34;>"> %bomb;',
        '<!ENTITY bomb "b">' + "".join(f'\n<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12)),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tmx_refuses_declared_entities(declaration: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the secret")
    path = tmp_path / "a.tmx"
    declaration = declaration.replace("SECRET", (tmp_path / "secret").as_uri())
    body = f'<tu tuid="&bomb;">{AR}{EN.replace("door", "&bomb;")}</tu>'
    path.write_text(
        unit(body, f"<!DOCTYPE tmx [\n{declaration}\n]>\n").replace("?>", f' encoding="{encoding}"?>'), encoding
    )
    with pytest.raises(FormatError, match=f"^{path}:3: declares the entity 'bomb'"):
        list(tmx.read(path))


def test_tmx_loads_no_dtd(tmp_path: Path) -> None:
    (tmp_path / "tmx14.dtd").write_text('<!ENTITY door "gate">')
    path = tmp_path / "a.tmx"
    path.write_text(unit(f"<tu>{AR}{EN}</tu>", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'), "utf-8")
    assert [pair.target for pair in tmx.read(path)] == ["door"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<tu>{AR}{EN}</tu>", [("باب", "door")]),
        (f"<tu>{EN}{AR}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN}</tu>".replace("xml:lang", "lang"), [("باب", "door")]),
        (f"<tu>{AR}{EN}</tu>".replace('"ar"', '"AR"').replace('"en"', '"en-GB"'), [("باب", "door")]),
        (f"<tu>{AR}{EN}</tu>".replace('"ar"', '"ar_EG"').replace('"en"', '"EN-us"'), [("باب", "door")]),
        (f"<tu>{AR}{EN.replace('en', 'fr')}{EN}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN}{EN.replace('door', 'gate')}</tu>", [("باب", "door"), ("باب", "gate")]),
        (f"<tu>{AR}{EN.replace('door', CODES)}</tu>", [("باب", "a door")]),
        (f"<tu>{AR}{EN.replace('door', '<ph>x<sub>note</sub></ph>do<it>y</it>o<ut>z</ut>r')}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN.replace('door', 'do<!-- c -->o<?pi?><![CDATA[r]]>')}</tu>", [("باب", "door")]),
        (f"<tu>{AR}{EN.replace('door', ' door&#10;')}</tu>", [("باب", " door\n")]),
        (f"<tu><note>n</note><prop type='client'>c</prop>{AR}{EN}</tu>", [("باب", "door")]),
    ],
)
def test_tmx_of_other_programs(body: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(unit(body), "utf-8")
    assert [(pair.source, pair.target) for pair in tmx.read(path)] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_tmx_of_other_programs_fills_in_the_rest(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "words.tmx"
    machine = EN.replace("<tuv", '<tuv creationid="MT!"')
    text = unit(f"<tu>{AR}{EN}</tu><tu>{AR}{machine}</tu><tu tuid='7'>{AR}{EN}</tu>")
    label = {"utf-8-sig": "utf-8", "cp1256": "windows-1256"}.get(encoding, encoding)
    path.write_text(text.replace("?>", f' encoding="{label}"?>'), encoding)
    assert list(tmx.read(path)) == [
        Pair("words", 0, 0, 0, 0, "باب", "door", "human"),
        Pair("words", 0, 1, 0, 0, "باب", "door", "machine"),
        Pair("words", 0, 2, 0, 0, "باب", "door", "human", id="7"),
    ]


def test_tmx_with_several_translations_gives_each_an_id(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(unit(f"<tu tuid='7'>{AR}{EN}{EN.replace('door', 'gate')}</tu>"), "utf-8")
    assert len({pair.id for pair in tmx.read(path)} - {"7"}) == 2


PARACRAWL = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
 <header
   adminlang="en"
   srclang="ar"
   o-tmf="PlainText"
   creationtool="bitextor"
   creationtoolversion="8.0"
   datatype="PlainText"
   segtype="sentence"
   creationdate="20240101T000000"
   o-encoding="utf-8">
  <prop type="distributed">yes</prop>
 </header>
 <body>
   <tu tuid="1" datatype="Text">
    <prop type="score-bicleaner">0.713</prop>
    <prop type="type">1:1</prop>
    <tuv xml:lang="ar">
     <prop type="source-document">http://example.org/ar</prop>
     <prop type="checksum-seg">8b1e</prop>
     <seg>باب</seg>
    </tuv>
    <tuv xml:lang="en">
     <prop type="source-document">http://example.org/en</prop>
     <seg>door</seg>
    </tuv>
   </tu>
 </body>
</tmx>
"""
# Props behind the texts, a prop of the unit behind the tuvs, English first.
BITEXTOR = PARACRAWL.replace("<seg>باب</seg>", '<seg>باب</seg>\n     <prop type="checksum-seg">8b1e</prop>').replace(
    "   </tu>", '    <prop type="info">late</prop>\n   </tu>'
)
OPUS = """<?xml version="1.0" encoding="UTF-8" ?>
<tmx version="1.4">
<header creationdate="Mon Jan  1 00:00:00 2024"
          srclang="ar"
          adminlang="en"
          o-tmf="unknown"
          segtype="sentence"
          creationtool="Uplug"
          creationtoolversion="unknown"
          datatype="PlainText" />
  <body>
    <tu>
      <tuv xml:lang="ar"><seg>باب</seg></tuv>
      <tuv xml:lang="en"><seg>door</seg></tuv>
    </tu>
  </body>
</tmx>
"""
OMEGAT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx11.dtd">
<tmx version="1.1">
  <header creationtool="OmegaT" o-tmf="OmegaT TMX" adminlang="EN-US" datatype="plaintext" creationtoolversion="5.7.1"
   segtype="sentence" srclang="AR"/>
  <body>
<!-- Default translations -->
    <tu>
      <tuv lang="AR">
        <seg>باب</seg>
      </tuv>
      <tuv lang="EN" changeid="huda" changedate="20240309T140507Z" creationid="huda" creationdate="20240309T140507Z">
        <seg>door</seg>
      </tuv>
    </tu>
<!-- Alternative translations -->
  </body>
</tmx>
"""
TRADOS = """<?xml version="1.0" encoding="utf-8"?>
<tmx version="1.4">
  <header creationtool="Trados" creationtoolversion="8.1" o-tmf="TW4Win 2.0 Format" datatype="rtf" segtype="sentence"
   adminlang="EN-US" srclang="AR-SA" creationid="HUDA">
    <note>عميل</note>
    <prop type="x-Domain:SinglePicklist">Building</prop>
    <ude name="MacRoman" base="Macintosh"><map unicode="#xF8FF" code="#xF0"/></ude>
  </header>
  <body>
    <tu creationdate="20240309T140507Z" creationid="HUDA" usagecount="1" srclang="AR-SA">
      <note>checked</note>
      <prop type="x-Context">12, 0</prop>
      <tuv xml:lang="AR-SA">
        <seg><bpt i="1" type="bold" x="1">{\\b </bpt>باب<ept i="1">}</ept></seg>
      </tuv>
      <tuv xml:lang="EN-GB" creationid="HUDA" changedate="20240310T140507Z">
        <prop type="x-LastUsedBy">HUDA</prop>
        <seg><ut>{\\f1 </ut><hi type="bold">do</hi><ph x="2"><sub>a note</sub></ph><it pos="end">}</it>or</seg>
      </tuv>
    </tu>
  </body>
</tmx>
"""
SHAPES = {"paracrawl": PARACRAWL, "bitextor": BITEXTOR, "opus": OPUS, "omegat": OMEGAT, "trados": TRADOS}
BEHIND = "1 of 1 units had notes or props behind the texts that they belong before (put in order), first at line 16"
CODED = "1 of 1 units had native codes in their texts (left out), first at line 10"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("name", "said"),
    [("paracrawl", []), ("bitextor", [BEHIND]), ("opus", []), ("omegat", []), ("trados", [CODED])],
)
def test_tmx_as_others_write_it(name: str, said: list[str], encoding: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.tmx"
    text = SHAPES[name].replace('encoding="UTF-8"', f'encoding="{encoding}"')
    path.write_text(text.replace('encoding="utf-8"', f'encoding="{encoding}"'), encoding)
    notices: list[str] = []
    (pair,) = formats.read(path, notice=notices.append)
    assert (pair.document, pair.source, pair.target, pair.origin) == (name, "باب", "door", "human")
    assert notices == [f"{path}: {text}" for text in said]


@pytest.mark.parametrize("options", [{}, {"strict": True, "notice": pytest.fail}])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BITEXTOR, ":16: a note or prop stands behind .* or let `muwazi convert` read the file"),
        (unit(f"<tu>{AR}{EN}</tu>\n<tu>{AR}</tu>"), ":4: this unit needs the languages ar and en and has ar;"),
    ],
)
def test_tmx_is_mended_only_where_somebody_is_told(
    text: str, message: str, options: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        list(formats.read(path, **options))


def test_tmx_units_of_other_languages_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(unit(f"<tu>{AR}</tu>\n<tu>{AR}{EN}</tu>\n<tu>{EN}</tu>"), "utf-8")
    notices: list[str] = []
    assert [pair.sentence for pair in formats.read(path, notice=notices.append)] == [1]
    assert notices == [f"{path}: 2 of 3 units had no Arabic or no English (left out), first at line 3"]
    path.write_text(unit(f"<tu>{AR}</tu>\n<tu>{AR}</tu>"), "utf-8")
    with pytest.raises(FormatError, match="none of 2 units has both Arabic and English"):
        list(formats.read(path, notice=notices.append))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (f"<tu><tu>{AR}{EN}</tu></tu>", ":3: a tu inside of tu, and not of body"),
        (f"{AR}", ":3: a tuv inside of body, and not of tu"),
        ("<tu><seg>x</seg></tu>", ":3: a seg inside of tu, and not of tuv"),
        ("<tu><tuv xml:lang='ar'><seg>x</seg><seg>y</seg></tuv></tu>", ":3: a tuv of this unit has a second seg"),
    ],
)
def test_tmx_elements_out_of_place(body: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(unit(body), "utf-8")
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        list(tmx.read(path))


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("<tu><tuv xml:lang='ar'><seg>\n", r":4: more than \d+ MB without the end of a unit"),
        ("<tu><prop type='x'>", ":3: more than .* MB without the end of a unit"),
        ("<tu><note>", ":3: more than .* MB without the end of a unit"),
        ("<tu tuid='", ":3: a tag or comment of more than"),
        ("<!--", ":3: a tag or comment of more than"),
    ],
)
@pytest.mark.parametrize("ours", [True, False])
def test_tmx_without_an_end(
    start: str, message: str, ours: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not end is refused long before it fills the memory."""
    monkeypatch.setattr(tmx_units, "LIMIT", 1 << 20)
    monkeypatch.setattr(tmx_units, "_TOKEN", 1 << 19)
    monkeypatch.setattr(tmx_own, "_LONGEST", 1 << 19)
    path = tmp_path / "a.tmx"
    if ours:
        formats.write([], path)
        head = path.read_text("utf-8").partition("</body>")[0]
        message = re.sub(r"^:\d", lambda found: f":{head.count(chr(10)) + int(found[0][1:]) - 2}", message)
    else:
        head = unit("").partition("\n</body>")[0]
    path.write_text(head + start + "x" * (4 << 20), "utf-8")
    with pytest.raises(FormatError, match=f"^{path}{message}"):
        list(tmx.read(path))


def test_tmx_keeps_places_in_references(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    given = [replace(PAIRS[0], target_start=start, target_end=end) for start, end in [(3, 9), (0, None), (None, 4)]]
    formats.write(given, path)
    assert list(tmx.read(path)) == given
    assert '<prop type="x-reference-position">3:9</prop>' in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace("3:9", "3:9:1"), "utf-8")
    with pytest.raises(FormatError, match=":6: x-reference-position is '3:9:1' and should be start:end"):
        list(tmx.read(path))
