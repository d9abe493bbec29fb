"""The units of a TMX file, as its XML has them, whoever wrote it.

Nothing but the file itself is read: no DTD, no entity. Memory is bounded, and every line is known, however long the
file (libxml2 stops counting at 65,535, so this is expat).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from corpus.formats.streams import LIMIT
from mt.errors import FormatError

__all__ = ["CODES", "MEND", "Unit", "primary", "units"]

MEND = "mend the unit or leave it out"
CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
"""The elements of native code, whose text is none of the segment's."""

_CHUNK = 1 << 16
_TOKEN = 1 << 20  # bytes of a tag or comment, which expat keeps whole and reads anew with each chunk
_PARENTS = {"tu": "body", "tuv": "tu", "seg": "tuv"}


@dataclass(slots=True)
class Unit:
    """A unit, at a line of its file: its id, its own props, and its texts in order.

    `targets` go with the creationid of their tuv, None where it has none. `languages` are those of all tuvs, as
    written. `misplaced` says that notes or props stand behind what they should precede; `coded` that native codes were
    left out of a text.
    """

    line: int
    tuid: str
    props: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    targets: list[tuple[str, str | None]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    misplaced: bool = False
    coded: bool = False


def units(path: Path, handle: BinaryIO, read: bytes = b"", lines: int = 0) -> Iterator[Unit]:
    """Give the units of a TMX file one after another.

    `read` is what has been taken from the handle already, and `lines` how many lines are missing between its beginning
    and its end.

    Raises `FormatError` with file and line for what is not well-formed, for a declared entity (a bomb or an outside
    file), for another root than tmx, for elements where they cannot be, and for what would not fit into memory: a tag
    of more than 1 MB, a unit of more than `LIMIT` bytes.
    """
    parser = _Parser(path, lines)
    fed = 0
    chunks = chain([read], iter(partial(handle.read, _CHUNK), b""))
    for chunk, last in chain(zip(chunks, repeat(False)), [(b"", True)]):
        fed += len(chunk)
        failure = parser.feed(chunk, last=last)
        yield from parser.ready
        parser.ready.clear()
        if failure is not None:
            raise failure
        parser.check_size(fed)


class _Parser:
    """What expat calls, and the unit that is being read."""

    def __init__(self, path: Path, lines: int) -> None:
        self.ready: list[Unit] = []
        self._path = path
        self._lines = lines
        self._stack = [""]
        self._text: list[str] = []
        self._kept: list[str] = []
        self._codes = 0
        self._type = ""
        self._side: dict[str, str] = {}
        self._seg: str | None = None
        self._unit = Unit(0, "")
        self._begun = 0
        self._expat = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartElementHandler = self._root
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.EntityDeclHandler = self._declared
        parser.SkippedEntityHandler = self._skipped

    def feed(self, chunk: bytes, *, last: bool) -> FormatError | None:
        """Read on; give the error that ends the reading, if there is one."""
        try:
            self._expat.Parse(chunk, last)
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code)
            return self._error(f"not well-formed ({why}); {MEND}", error.lineno)
        except FormatError as error:
            return error
        return None

    def check_size(self, fed: int) -> None:
        """Raise `FormatError` where a tag or a unit does not end, before it fills the memory."""
        at = self._expat.CurrentByteIndex
        if fed - at > _TOKEN + _CHUNK:
            raise self._error(f"a tag or comment of more than {_TOKEN >> 20} MB, which is no corpus; look at the line")
        if at - self._begun > LIMIT:
            raise self._error(f"more than {LIMIT >> 20} MB without the end of a unit; look for a lost end tag")

    def _error(self, text: str, line: int | None = None) -> FormatError:
        line = self._expat.CurrentLineNumber if line is None else line
        return FormatError(f"{self._path}:{line + self._lines}: {text}")

    def _root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "tmx" or "xmlns" in attributes:
            raise self._error(f"the root is {tag!r} where 'tmx' without a namespace should be; give a TMX 1.4 file")
        self._stack.append(tag)
        self._expat.StartElementHandler = self._start

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        stack = self._stack
        parent = stack[-1]
        stack.append(tag)
        if tag == "prop" or tag == "note":
            self._type = attributes.get("type", "") if tag == "prop" else ""
            self._text.clear()
            if self._seg is not None if parent == "tuv" else self._unit.languages:
                self._unit.misplaced = True
        elif tag in _PARENTS:
            if parent != _PARENTS[tag]:
                raise self._error(f"a {tag} inside of {parent}, and not of {_PARENTS[tag]}; {MEND}")
            if tag == "seg":
                if self._seg is not None:
                    raise self._error(f"a tuv of this unit has a second seg; {MEND}")
                self._text.clear()
                self._kept.clear()
            elif tag == "tuv":
                self._side = attributes
                self._seg = None
            else:
                self._unit = Unit(self._expat.CurrentLineNumber + self._lines, attributes.get("tuid", ""))
                self._begun = self._expat.CurrentByteIndex
        elif tag in CODES:
            if not self._codes:
                self._kept += self._text
            self._codes += 1

    def _end(self, tag: str) -> None:
        self._stack.pop()
        if tag == "prop":
            if self._stack[-1] == "tu":
                self._unit.props[self._type] = "".join(self._text)
        elif tag == "seg":
            self._seg = "".join(self._kept + self._text)
        elif tag == "tuv":
            if self._seg is None:
                raise self._error(f"a tuv of this unit has no seg; {MEND}", self._unit.line - self._lines)
            language = self._side.get("xml:lang") or self._side.get("lang") or "?"
            self._unit.languages.append(language)
            match primary(language):
                case "ar":
                    self._unit.sources.append(self._seg)
                case "en":
                    self._unit.targets.append((self._seg, self._side.get("creationid")))
            self._seg = None
        elif tag == "tu":
            self.ready.append(self._unit)
            self._begun = self._expat.CurrentByteIndex
        elif tag in CODES:
            self._codes -= 1
            self._text.clear()
            self._unit.coded = True

    def _declared(self, name: str, *_: object) -> None:
        raise self._error(
            f"declares the entity {name!r}, which is refused lest it be a bomb or an outside file; "
            "write the characters themselves"
        )

    def _skipped(self, name: str, *_: object) -> None:
        raise self._error(f"nothing says what &{name}; is; write the character itself")


@lru_cache(1 << 10)
def primary(language: str) -> str:
    """Give the first subtag of a language's tag, in lower case."""
    return language.replace("_", "-").partition("-")[0].lower()
