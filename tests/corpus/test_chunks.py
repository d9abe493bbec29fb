"""Plain text read in pieces: the same as the whole, and soon."""

import io
import os
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.articles import sentences_of
from corpus.document import English
from corpus.markup import english
from corpus.readers import Reading
from corpus.readers.pieces import SIZE
from corpus.readers.text import chunks, parse, render
from mt.errors import InputError

LINES = "وصل القطار إلى المحطة في السابعة صباحا. نزل الركاب.\nعنوان\n\n".encode()
WRAPPED = """أعلنت بلدية المدينة يوم الاثنين عن افتتاح المكتبة العامة الجديدة
بعد ثلاث سنوات من العمل المتواصل، وقد حضر الحفل عدد كبير من سكان
الحي وطلاب المدارس القريبة. وقالت المديرة إن الأبواب ستبقى مفتوحة
كل يوم حتى المساء.

وأضافت أن قسم الأطفال يضم خمسة آلاف كتاب مصور وقاعة صغيرة للحكايات
تتسع لثلاثين طفلا، وأن الدخول مجاني للجميع من غير استثناء.

""".encode()


class Slow(io.BytesIO):
    """Gives what has come, a part at a time."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        super().__init__()
        self.parts = iter(parts)

    def read1(self, size: int | None = -1, /) -> bytes:
        return next(self.parts, b"")

    def read(self, size: int | None = -1, /) -> bytes:
        return b"".join(self.parts)


def translated(data: bytes, reading: Reading) -> bytes:
    document = parse("a", data, "a.txt", reading)
    sentences = sentences_of(document)
    blocks: Sequence[English] = list(
        english(document, sentences, [f"S{len(s.text)}." for s in sentences], lambda _: [])
    )
    return render(data, "a.txt", reading, blocks)


@pytest.mark.parametrize(
    "data", [LINES * 900, WRAPPED * 120, LINES, WRAPPED, b"", b"\n", b"\xef\xbb\xbf" + LINES * 700]
)
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_pieces_make_the_whole(data: bytes, newline: bytes) -> None:
    data = data.replace(b"\n", newline)
    pieces = list(chunks(io.BytesIO(data)))
    assert b"".join(pieces) == data
    assert len(pieces) == max(1, -(-len(data) // SIZE)) or len(pieces) == -(-len(data) // SIZE) + 1
    assert b"".join(translated(piece, Reading()) for piece in pieces) == translated(data, Reading())


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(["نص. ", "كلمة", "\n", "\r\n", "\n\n", " \n \n", "\t", "x؟"]), max_size=40).map("".join),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_pieces_of_any_size_make_the_whole(text: str, cuts: list[int]) -> None:
    data = text.encode()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    parts = [data[a:b] for a, b in pairwise(places)]
    pieces = list(chunks(Slow(parts)))
    assert b"".join(pieces) == data
    assert b"".join(translated(piece, Reading()) for piece in pieces) == translated(data, Reading())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_not_cut(encoding: str) -> None:
    data = ("سطر من النص.\n" * 9000).encode(encoding)
    assert list(chunks(io.BytesIO(data))) == [data]
    reading = Reading(encoding=encoding)
    (piece,) = chunks(io.BytesIO((WRAPPED.decode() * 2).encode(encoding)))
    assert len(parse("a", piece, "a", reading).blocks) == 4


def test_old_encodings_are_cut() -> None:
    reading = Reading(encoding="windows-1256")
    data = (WRAPPED.decode() * 250).encode("windows-1256")
    pieces = list(chunks(io.BytesIO(data)))
    assert len(pieces) > 1
    assert b"".join(translated(piece, reading) for piece in pieces) == translated(data, reading)


def test_a_line_is_given_as_soon_as_it_is_there() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stream, os.fdopen(write, "wb", buffering=0) as source:
        pieces = chunks(stream)
        for line in ("أهلا.\n", "كيف الحال؟\n"):
            source.write(line.encode())
            assert next(pieces) == line.encode()
        source.write("بلا نهاية".encode())
        source.close()
        assert list(pieces) == ["بلا نهاية".encode()]


def test_a_paragraph_is_not_cut() -> None:
    full = b"".join(WRAPPED.splitlines(keepends=True)[:3])
    data = WRAPPED * 3 + full * 250 + b"\n" + WRAPPED
    pieces = list(chunks(io.BytesIO(data)))
    assert len(pieces) > 1
    assert all(piece.endswith(b"\n\n") for piece in pieces)
    assert b"".join(translated(piece, Reading()) for piece in pieces) == translated(data, Reading())


def test_errors_in_a_later_piece_name_its_line() -> None:
    pieces = chunks(io.BytesIO(LINES * 1000 + b"\xff\n"))
    with pytest.raises(InputError, match=r"a\.txt, from line \d+: not UTF-8"):
        list(chain.from_iterable(parse("a", piece, "a.txt", Reading()).blocks for piece in pieces))
