"""Zip packages: kept as they are but for the parts replaced, and every dishonest one refused in one line."""

import io
import struct
import tracemalloc
import warnings
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from corpus.readers import package
from corpus.readers.package import Package, serialise
from mt.errors import InputError

WHAT = "Word document"


def zipped(entries: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # duplicate names are wanted
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 5, 10, 20, 30)), data, method)
    return out.getvalue()


def opened(data: bytes) -> Package:
    return Package.open(data, "a.docx", WHAT)


def test_parts_are_read_and_replaced() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"a note"
        archive.writestr(zipfile.ZipInfo("mimetype"), b"application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("META-INF/"), b"")
        archive.writestr(zipfile.ZipInfo("a.xml", (2024, 3, 5, 10, 20, 30)), b"<a>1</a>", zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("صورة.png"), b"\x89PNG" * 50, zipfile.ZIP_DEFLATED)
    before = opened(out.getvalue())
    assert before.names == ("mimetype", "META-INF/", "a.xml", "صورة.png")
    data = before.replaced({"a.xml": b"<a>22</a>"})
    assert data == before.replaced({"a.xml": b"<a>22</a>"})
    assert data[30:58] == b"mimetypeapplication/epub+zip"
    after = opened(data)
    assert after.names == before.names
    assert after.read("a.xml") == b"<a>22</a>"
    assert after.read("صورة.png") == b"\x89PNG" * 50
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.comment == b"a note"
        assert archive.testzip() is None
    for name in before.names:
        old, new = before.entries[name], after.entries[name]
        assert (old.compress_type, old.date_time, old.external_attr) == (
            new.compress_type,
            new.date_time,
            new.external_attr,
        )


@settings(max_examples=40)
@given(
    st.dictionaries(st.from_regex(r"[a-zA-Zم]{1,8}(/[a-z]{1,8}){0,2}\.xml", fullmatch=True), st.binary(max_size=300)),
    st.data(),
)
def test_only_what_is_replaced_changes(entries: dict[str, bytes], data: st.DataObject) -> None:
    new = {name: data.draw(st.binary(max_size=50)) for name in entries if data.draw(st.booleans())}
    after = opened(opened(zipped(entries)).replaced(new)) if entries else None
    for name in entries:
        assert after is not None
        assert after.read(name) == {**entries, **new}[name]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (b"<a>x &amp; y</a>", '<?xml version="1.0" encoding="UTF-8"?>\n<a>x &amp; y</a>'),
        (
            b'<?xml version="1.0" standalone="yes"?><a/>',
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<a/>',
        ),
        ("<a>كتاب</a>".encode("utf-16"), '<?xml version="1.0" encoding="UTF-8"?>\n<a>كتاب</a>'),
        (b"<a> <![CDATA[<b>]]></a>", '<?xml version="1.0" encoding="UTF-8"?>\n<a> <![CDATA[<b>]]></a>'),
        (b"<!--n--><a/>", '<?xml version="1.0" encoding="UTF-8"?>\n<!--n--><a/>'),
        (b"<!DOCTYPE a><a/>", '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE a>\n<a/>'),
    ],
)
def test_xml_is_written_as_it_was_read(source: bytes, written: str) -> None:
    assert serialise(opened(zipped({"a.xml": source})).xml("a.xml")).decode() == written


BOMB = b"""<!DOCTYPE a [<!ENTITY x "haha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">
<!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;&y;&y;">]>"""


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (BOMB + b"<a>&z;</a>", "declares XML entities"),
        (BOMB + b"<a b='&z;'/>", "declares XML entities"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "declares XML entities"),
        (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>', "declares XML entities"),
        (b"<a>" * 300 + b"</a>" * 300, "is no sound XML (Excessive depth"),
        (b"<a>&nbsp;</a>", "is no sound XML (Entity 'nbsp' not defined"),
        (b"<a><b></a>", "is no sound XML"),
        (b"", "is no sound XML"),
        (b"<a>\xff</a>", "is no sound XML"),
    ],
)
def test_unsound_xml_is_refused(xml: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        opened(zipped({"word/a.xml": xml})).xml("word/a.xml")
    assert str(caught.value).startswith("a.docx: part 'word/a.xml' ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def encrypted() -> bytes:
    """Make a zip whose entry says that it is encrypted, in both of its headers."""
    data = bytearray(zipped({"a.xml": b"<a/>"}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + at] |= 1
    return bytes(data)


def overlapping(count: int = 200) -> bytes:
    """Make a zip of many entries that all unpack the same megabyte of zeros."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(1 << 20)
    packed = kernel.compress(zeros) + kernel.flush()
    head = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, zlib.crc32(zeros), len(packed), len(zeros), 1, 0)
    local = b"PK\x03\x04" + head + b"a" + packed
    listing = b"".join(
        b"PK\x01\x02" + struct.pack("<H", 20) + head[:-4] + struct.pack("<HHHHHLL", 3, 0, 0, 0, 0, 0, 0) + b"%03d" % n
        for n in range(count)
    )
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(listing), len(local), 0)
    return local + listing + b"PK\x05\x06" + end


def old_word(stream: str) -> bytes:
    return bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + stream.encode("utf-16-le") + bytes(400)


GOOD = zipped({"a.xml": b"<a>" + b"x" * 5000 + b"</a>"}, zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no Word document but an empty file"),
        (b"%PDF-1.7\n", "no Word document but a PDF file"),
        (b"{\\rtf1\\ansi", "no Word document but an RTF file"),
        (b"just text", "no Word document but another kind of file"),
        (old_word("EncryptedPackage"), "protected by a password; save it without one"),
        (old_word("WordDocument"), "a file of old Office (.doc); save it as .docx"),
        (GOOD[:-100], "cut short or damaged"),
        (GOOD[:2000], "cut short or damaged"),
        (b"PK\x03\x04", "cut short or damaged"),
        (encrypted(), "'a.xml' is protected by a password"),
        (zipped({"../a.xml": b""}), "'../a.xml' leads out of the package"),
        (zipped({"word/../../a.xml": b""}), "leads out of the package"),
        (zipped({"..\\a.xml": b""}), "leads out of the package"),
        (zipped({"/etc/passwd": b""}), "leads out of the package"),
        (zipped({"C:/a.xml": b""}), "leads out of the package"),
        (zipped([("a.xml", b""), ("a.xml", b"")]), "two entries 'a.xml'"),
        (zipped({"a.xml": b"<a/>"}, zipfile.ZIP_LZMA), "packed by method 14"),
        (zipped({"a.xml": bytes(100 << 20)}), "a zip bomb, or nothing like a Word document"),
        (overlapping(), "a zip bomb, or nothing like a Word document"),
        (zipped([(f"{n}", b"") for n in range(20_001)]), "20001 files inside, more than 20000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_dishonest_packages_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        opened(data)
    assert str(caught.value).startswith("a.docx: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def understated(size: int, said: int) -> bytes:
    """Make a zip whose list says that an entry of `size` zeros has `said` bytes."""
    data = zipped({"a.xml": bytes(size)})
    return data.replace(struct.pack("<L", size), struct.pack("<L", said))


def test_no_more_is_unpacked_than_the_list_promises() -> None:
    honest = opened(understated(30 << 20, 1000))
    tracemalloc.start()
    with pytest.raises(InputError, match="cut short or damaged"):
        honest.read("a.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize("at", [35, 60, 4000])
def test_damage_inside_an_entry_is_told(at: int) -> None:
    data = bytearray(zipped({"a.xml": bytes(range(256)) * 100}, zipfile.ZIP_STORED))
    data[at] ^= 0xFF
    with pytest.raises(InputError, match=r"a\.docx: this Word document is cut short or damaged .*; get the file again"):
        opened(bytes(data)).replaced({})


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_damage_ends_in_one_line(at: int, change: int) -> None:
    data = bytearray(GOOD)
    data[at] ^= change
    told = ""
    try:
        read = opened(bytes(data))
        for name in read.names:
            read.read(name)
    except InputError as error:
        told = str(error)
    assert "\n" not in told


def test_a_part_of_too_much_xml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_MAX_XML", 1 << 20)
    data = zipped({"a.xml": b"<a>" + b"<b/>" * (1 << 19) + b"</a>"})
    with pytest.raises(InputError, match="has 2 MiB of XML, more than 1; split the Word document"):
        opened(data).xml("a.xml")


def test_a_missing_part_is_named() -> None:
    with pytest.raises(InputError, match=r"has no part 'word/document\.xml'"):
        opened(GOOD).xml("word/document.xml")


def test_nothing_is_lost_of_an_element() -> None:
    root = opened(zipped({"a.xml": b'<w:a xmlns:w="u" w:b="1">t<w:c/>  </w:a>'})).xml("a.xml")
    assert etree.tostring(root) == b'<w:a xmlns:w="u" w:b="1">t<w:c/>  </w:a>'
