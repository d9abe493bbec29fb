"""Zip packages of XML parts (Word, OpenDocument, EPUB): read without trust, and written again with parts replaced."""

import copy
import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from mt.errors import InputError, reason

__all__ = ["Package", "serialise"]

_MAX_ENTRIES = 20_000
_MAX_TOTAL = 1 << 30  # bytes of all entries together, unpacked
_MAX_RATIO = 100  # unpacked to packed; XML rarely passes 30, and deflate ends at 1032
_SMALL = 16 << 20  # what is no larger unpacked may have any ratio
_MAX_XML = 64 << 20  # bytes of one XML part: a book of a million words takes about 30 million

# What zipfile raises for bytes that are no sound zip, seeks before the start of the file and unknown ways of packing
# (NotImplementedError) included.
_FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")  # the stream of [MS-OFFCRYPTO] that holds the zip
_OTHER = {b"%PDF": "a PDF file", b"{\\rtf": "an RTF file", b"\x1f\x8b": "a gzip file", b"Rar!": "a RAR file"}


@dataclass(frozen=True, slots=True)
class Package:
    """A zip file held in memory; `place` and `what` ("Word document") name it in errors."""

    archive: zipfile.ZipFile
    place: str
    what: str
    entries: Mapping[str, zipfile.ZipInfo]

    @classmethod
    def open(cls, data: bytes, place: str, what: str) -> "Package":
        """Read the list of a zip's entries, and refuse what no honest file of this kind holds.

        Raises `InputError` for other kinds of files, damage, passwords, names that lead out of the package, entries of
        one name, and bombs: more entries, bytes or bytes for each packed byte than a document has.
        """
        if data.startswith(_OLE):
            if _ENCRYPTED_OFFICE in data:
                raise InputError(f"{place}: this {what} is protected by a password; save it without one and try again")
            raise InputError(f"{place}: no {what} but a file of old Office (.doc); save it as .docx and try again")
        if not data.startswith(b"PK"):
            kind = next((k for magic, k in _OTHER.items() if data.startswith(magic)), "another kind of file")
            raise InputError(f"{place}: no {what} but {kind if data else 'an empty file'}; give the right one")
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
        except _FAULTS as error:
            raise _damaged(place, what, error) from error
        infos = archive.infolist()
        _check(infos, len(data), place, what)
        return cls(archive, place, what, {info.filename: info for info in infos})

    @property
    def names(self) -> tuple[str, ...]:
        """Give the entries' names in the order of the file."""
        return tuple(self.entries)

    def read(self, name: str) -> bytes:
        """Unpack an entry; never more than the bytes that the list promises.

        Raises `InputError` where it is missing or damaged.
        """
        if name not in self.entries:
            raise InputError(f"{self.place}: this {self.what} has no part {name!r}; open and save it again to mend it")
        return self._unpack(self.entries[name])

    def xml(self, name: str) -> etree._Element:
        """Parse an entry and give its root; nothing outside of it is loaded and no entity is expanded.

        Raises `InputError` where it is missing, too large, not well-formed, nested deeper than 256 elements, or
        declares entities.
        """
        if name in self.entries and self.entries[name].file_size > _MAX_XML:
            size = self.entries[name].file_size >> 20
            raise InputError(
                f"{self.place}: part {name!r} has {size} MiB of XML, more than {_MAX_XML >> 20}; split the {self.what}"
            )
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, strip_cdata=False)
        try:
            root = etree.fromstring(self.read(name), parser)
        except etree.XMLSyntaxError as error:
            raise InputError(
                f"{self.place}: part {name!r} is no sound XML ({error.msg}); open and save the {self.what} again"
            ) from error
        dtd: Any = root.getroottree().docinfo.internalDTD  # the stubs know no iterentities
        if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
            raise InputError(
                f"{self.place}: part {name!r} declares XML entities, which no {self.what} needs; get the file again"
            )
        return root

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """Give the zip with the contents of some entries replaced.

        Order, names, dates and compression methods stay, and the contents of all other entries; the same parts give
        the same bytes.

        Raises `InputError` where an entry is damaged.
        """
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            new.comment = self.archive.comment
            for name, info in self.entries.items():
                data = parts[name] if name in parts else self._unpack(info)
                new.writestr(copy.copy(info), data)
        return out.getvalue()

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        """Unpack an entry; a bound on the read keeps zlib from unpacking more than the list promises."""
        try:
            with self.archive.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except _FAULTS as error:
            raise _damaged(self.place, self.what, error) from error
        if len(data) != info.file_size:
            raise _damaged(self.place, self.what, f"{info.filename!r} has {len(data)} bytes, not {info.file_size}")
        return data


def serialise(root: etree._Element) -> bytes:
    """Write an XML part in UTF-8, with the declaration that Word and OpenDocument writers give it."""
    tree = root.getroottree()
    standalone = ' standalone="yes"' if tree.docinfo.standalone else ""
    return f'<?xml version="1.0" encoding="UTF-8"{standalone}?>\n'.encode() + etree.tostring(tree, encoding="UTF-8")


def _check(infos: list[zipfile.ZipInfo], packed: int, place: str, what: str) -> None:
    """Refuse entries that no honest package has."""
    if len(infos) > _MAX_ENTRIES:
        raise InputError(f"{place}: {len(infos)} files inside, more than {_MAX_ENTRIES}; this is no honest {what}")
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        path = posixpath.normpath(name.replace("\\", "/"))
        if path.startswith(("/", "..")) or path[1:2] == ":" or "\0" in name:
            raise InputError(f"{place}: the entry {name!r} leads out of the package; this is no honest {what}")
        if info.filename in seen:
            raise InputError(f"{place}: two entries {name!r}; open and save the {what} again")
        seen.add(info.filename)
        if info.flag_bits & 1:
            raise InputError(f"{place}: {name!r} is protected by a password; save the {what} without one")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(
                f"{place}: {name!r} is packed by method {info.compress_type}; open and save the {what} again"
            )
    total = sum(info.file_size for info in infos)
    if total > _MAX_TOTAL or total > max(_SMALL, _MAX_RATIO * packed):
        raise InputError(
            f"{place}: a zip bomb, or nothing like a {what}: {packed:,} bytes unpack to {total:,}; "
            f"at most {_MAX_TOTAL:,} and {_MAX_RATIO} times the file are read"
        )


def _damaged(place: str, what: str, error: Exception | str) -> InputError:
    told = error if isinstance(error, str) else reason(error)
    return InputError(f"{place}: this {what} is cut short or damaged ({told}); get the file again")
