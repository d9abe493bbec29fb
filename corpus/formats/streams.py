"""Bytes in and out of corpus files: compressed or plain, a file or a pipe.

A name that ends in `.gz`, `.zst` or `.xz` is compressed; `-` is the standard input or output. Memory is bounded
whatever a file holds: a line longer than `LIMIT` is refused, and a compressed file is unpacked piece by piece.

Formats: RFC 1952 (gzip), RFC 8878 (Zstandard), https://tukaani.org/xz/xz-file-format.txt.
"""

import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from mt.atomic import atomic
from mt.errors import FormatError, InputError, reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["LIMIT", "STANDARD", "compression", "lines", "open_bytes", "plain", "write_text"]

STANDARD = Path("-")
LIMIT = 64 << 20  # bytes of a line, characters of a text: no sentence is that long, and memory holds it

_MAGIC = {
    ".gz": (b"\x1f\x8b", "gzip"),
    ".zst": (b"\x28\xb5\x2f\xfd", "Zstandard"),
    ".xz": (b"\xfd7zXZ\x00", "xz"),
}
_OTHER = {b"PK\x03\x04": "a zip archive", b"PAR1": "a Parquet file", b"BZh": "bzip2-compressed", b"%PDF": "a PDF"}
_GZIP_LEVEL = 6
_XZ_PRESET = 3  # 32 MB to compress; the default takes three times as much for a few per cent
_GATHERED = 1 << 16  # characters: encoding and writing each text by itself takes twice as long
_PIECE = 1 << 10  # of Zstandard, which a bomb unpacks to 32 MB at most


def compression(path: Path) -> str:
    """Give the extension that says how a file is compressed, in lower case, or "" where it is not."""
    suffix = path.suffix.lower()
    return suffix if suffix in _MAGIC else ""


def plain(path: Path) -> Path:
    """Give the path without the extension of a compression."""
    return path.with_suffix("") if compression(path) else path


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a corpus file for reading, unpacked; the standard input is unpacked by what it begins with.

    Raises `InputError` for a file that cannot be read, and `FormatError` where its name and its content disagree
    about compression, or where compressed data are cut off or damaged.
    """
    try:
        with nullcontext(io.BufferedReader(_raw(sys.stdin.buffer))) if path == STANDARD else path.open("rb") as raw:
            yield _unpacked(path, raw)
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise _damaged(path, reason(error)) from error
    except OSError as error:
        if error.filename not in (None, str(path)):
            raise
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check the path") from error


@contextmanager
def write_text(path: Path, errors: str = "strict") -> Iterator[Callable[[str], None]]:
    """Open a corpus file for writing, compressed as its name says; it is there whole or not at all.

    Gives the function that writes a text, in UTF-8, for which `errors` says what becomes of surrogates. The standard
    output takes what is written too, a little later. The same texts give the same bytes.
    """
    some: list[str] = []
    size = 0

    def put(text: str) -> None:
        nonlocal size
        some.append(text)
        size += len(text)
        if size > _GATHERED:
            write(handle)

    def write(handle: IO[bytes]) -> None:
        nonlocal size
        handle.write("".join(some).encode("utf-8", errors))
        some.clear()
        size = 0

    with _write_bytes(path) as handle:
        yield put
        write(handle)


@contextmanager
def _write_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, or the standard output, for writing what is to be compressed."""
    if path == STANDARD:
        output = sys.stdout.buffer
        yield output
        output.flush()
        return
    with atomic(path) as handle:
        match compression(path):
            case ".gz":
                # Neither name nor time in the header, which would make each file another.
                packed: Any = gzip.GzipFile("", "wb", _GZIP_LEVEL, handle, mtime=0)
            case ".xz":
                packed = lzma.LZMAFile(handle, "wb", preset=_XZ_PRESET)  # noqa: SIM115 (closed below)
            case ".zst":
                import zstandard

                packed = zstandard.ZstdCompressor(write_checksum=True).stream_writer(handle, closefd=False)
            case _:
                yield handle
                return
        with packed:
            yield packed


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Give the lines of a file of UTF-8 with their numbers from 1, without what ends them (LF or CRLF).

    A byte order mark is dropped. Raises what `open_bytes` does, and `FormatError` with the place for bytes that are not
    UTF-8 and for a line of more than `LIMIT` bytes.
    """
    with open_bytes(path) as handle:
        yield from _lines(path, handle)


def _lines(path: Path, handle: BinaryIO) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(iter(partial(handle.readline, LIMIT), b""), 1):
        if len(line) == LIMIT and line[-1:] != b"\n":
            raise FormatError(
                f"{path}:{number}: a line of more than {LIMIT >> 20} MB, which is no pair; look for lost line breaks"
            )
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(
                f"{path}:{number}: byte {error.start + 1} of the line is not UTF-8; convert the file to UTF-8"
            ) from None
        yield number, text.removesuffix("\n").removesuffix("\r")


def _raw(handle: object) -> io.RawIOBase:
    """Pass off as raw what has `readinto`, all that a buffer needs; the library's types say nothing of that."""
    return cast("io.RawIOBase", handle)


def _unpacked(path: Path, raw: "io.BufferedReader[Any]") -> BinaryIO:
    """Wrap a file so that it gives plain bytes; raise `FormatError` where name and content disagree."""
    head = raw.peek(8)
    found = next((suffix for suffix, (magic, _) in _MAGIC.items() if head.startswith(magic)), "")
    named = found if path == STANDARD else compression(path)
    if named != found and (found or head):
        if not found:
            raise FormatError(f"{path}: named {named}, but not compressed so; rename it to {plain(path).name}")
        name = f"{plain(path).name}{found}"
        raise FormatError(f"{path}: {_MAGIC[found][1]}-compressed, which its name does not say; rename it to {name}")
    match found:
        case ".gz":
            return io.BufferedReader(_raw(gzip.GzipFile(fileobj=raw)), 1 << 16)
        case ".xz":
            return io.BufferedReader(_raw(lzma.LZMAFile(raw)), 1 << 16)
        case ".zst":
            return io.BufferedReader(_Zstandard(path, raw), 1 << 16)
    if named:  # an empty file, which is no compressed file of nothing
        raise _damaged(path, "it is empty")
    for magic, what in _OTHER.items():
        if head.startswith(magic):
            raise FormatError(f"{path}: {what}, and no text; unpack it, or name its format")
    return raw


def _damaged(path: Path, why: str) -> FormatError:
    """Make the error of compressed data that do not unpack."""
    return FormatError(f"{path}: the compressed data are cut off or damaged ({why}); get the file anew")


class _Zstandard(io.RawIOBase):
    """Plain bytes of Zstandard frames.

    The library's own reader takes a frame that is cut off for one that ends.
    """

    def __init__(self, path: Path, raw: BinaryIO) -> None:
        import zstandard

        self._path = path
        self._raw = raw
        self._frames = zstandard.ZstdDecompressor()
        self._frame = self._frames.decompressobj()
        self._failure = zstandard.ZstdError
        self._begun = False
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer as far as the next piece goes; 0 at the end."""
        view = memoryview(buffer)
        while not self._rest:
            piece = self._raw.read(_PIECE)
            if not piece:
                if self._begun:
                    raise _damaged(self._path, "its last frame has no end")
                return 0
            self._rest = memoryview(self._next(piece))
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self, piece: bytes) -> bytes:
        """Unpack a piece, which may end a frame and begin others."""
        unpacked = []
        while piece:
            self._begun = True
            try:
                unpacked.append(self._frame.decompress(piece))
            except self._failure as error:
                raise _damaged(self._path, reason(error)) from error
            piece = b""
            if self._frame.eof:
                piece = self._frame.unused_data
                self._frame = self._frames.decompressobj()
                self._begun = False
        return b"".join(unpacked)
