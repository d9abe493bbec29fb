"""The check of TMX 1.4: what its document type definition says, what its text says beyond, what `muwazi` needs.

The file is read once, as a stream; after an error the check goes on, unless the file is not well-formed from there.
"""

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from corpus.formats.streams import LIMIT, plain
from corpus.formats.tmx_own import FIRST_LINE, OwnUnits
from corpus.formats.tmx_units import CODES
from corpus.pair import Pair
from corpus.validation.records import Ids, Order, Sides, problems_of
from corpus.validation.rules import Finding, Problem, Subject, short
from corpus.validation.tmx_frame import Frame
from corpus.validation.tmx_schema import ELEMENTS, Element
from corpus.validation.tmx_unit import Unit
from corpus.validation.xml_text import Piece, pieces_of

__all__ = ["check"]

# Bytes of a tag or a comment; the parser starts anew with each piece of one, so that long ones are slow.
_TOKEN = 1 << 20
_DEPTH = 100
_REMEMBERED = 1000  # values of attributes that are right: languages are few, dates may be many
_GATHERED = frozenset({"seg", "prop"})


def check(subject: Subject, handle: BinaryIO) -> Iterator[Finding]:
    """Give what is wrong with a file, and at the end which units have the tuid of another.

    A tag of more than 1 MB, texts of a unit of more than `LIMIT` characters and very deep nesting end it: they are
    taken for attacks, or for lost mark-up. Raises `UnreadableError` for a file that cannot be decoded.
    """
    own = OwnUnits(handle)
    examiner = _Examiner(subject)
    line = FIRST_LINE
    for pair, text in own:
        # What looks so is well-formed and as the DTD wants it: only its record can be wrong.
        subject.units += 1
        examiner.tuids.add(pair.id, subject.units, line)
        if problems := examiner.judge(pair):
            yield from subject.findings(line, pair.id, *problems)
        line += text.count("\n")
    examiner.missing = own.missing
    for piece in pieces_of(handle, own.rest):
        examiner.feed(piece)
        yield from examiner.findings
        examiner.findings.clear()
        if examiner.stopped:
            return
    examiner.feed(Piece(b"", ()), final=True)
    yield from examiner.findings
    for number, line, first in examiner.tuids.duplicates():
        yield from subject.findings(line, str(number), ("duplicate-tuid", f"the unit at line {first} has the same"))
    yield from subject.findings(None, None, *examiner.sides.problems())


class _Stop(Exception):  # noqa: N818 (no error of the program: it leaves the parser's callbacks)
    """The rest of the file is not to be read."""


class _Examiner:
    """A parser with what it has found so far."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.findings: list[Finding] = []
        self.pending: deque[tuple[int, int, Problem]] = deque()  # of the text, until the parser comes to its place
        self.stopped = False
        self.tuids = Ids()
        self.sides = Sides()
        self.missing = 0  # lines that are left out below the head
        self._order = Order()
        self._unit: Unit | None = None
        self._srclang = "*all*"
        self._stack: list[Frame] = []
        self._codes = 0  # open elements of native code, whose text is none of the segment's
        self._gathering = False
        self._text: list[str] = []
        self._length = 0
        self._fed = 0
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._values: set[tuple[str, str, str]] = set()
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.specified_attributes = True
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._declared
        parser.SkippedEntityHandler = self._skipped

    def feed(self, piece: Piece, *, final: bool = False) -> None:
        """Parse a piece; what is wrong is in `findings` afterwards, and `stopped` tells that no more can be said."""
        self.pending += piece.problems
        self._fed += len(piece.data)
        try:
            self._parser.Parse(piece.data, final)
        except expat.ExpatError as error:
            self._flush()
            reason = f"{expat.ErrorString(error.code)}; the rest of the file was not checked"
            self._note("not-well-formed", reason, error.lineno)
            self.stopped = True
        except _Stop:
            self.stopped = True
        if final:
            self._flush()
        elif not self.stopped and self._fed - self._parser.CurrentByteIndex > _TOKEN:
            self._note("unreadable", f"a tag of more than {_TOKEN >> 20} MB; look for a lost '>'")
            self.stopped = True

    def _note(self, rule: str, message: str, line: int | None = None) -> None:
        """Note a finding in the unit at hand, at the parser's line where no other is said."""
        unit = self._unit.name if self._unit else None
        self.findings += self.subject.findings(self._place(line), unit, (rule, message))

    def _place(self, line: int | None = None) -> int:
        """Tell the line in the file of one of the text that the parser has, by default where the parser is."""
        line = line or self._parser.CurrentLineNumber
        return line + self.missing if line >= FIRST_LINE else line

    def _stop(self, rule: str, message: str) -> NoReturn:
        """Note what makes the rest of the file not worth reading, and leave the parser."""
        self._flush(self._parser.CurrentByteIndex)
        self._note(rule, message)
        raise _Stop

    def _flush(self, until: int | None = None) -> None:
        """Note the problems of the text before a byte as those of the unit at hand."""
        while self.pending and (until is None or self.pending[0][0] < until):
            _, line, problem = self.pending.popleft()
            self._note(*problem, line)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = ELEMENTS.get(name)
        if not self._stack and name != "tmx":
            self._stop("root", f"the root is <{name}> where <tmx> should be; give a TMX 1.4 file")
        if len(self._stack) > _DEPTH:
            self._stop("unreadable", f"more than {_DEPTH} elements inside each other; look for a lost tag")
        if name == "tu":
            if self.pending:
                self._flush(self._parser.CurrentByteIndex)
            self.subject.units += 1
            self._length = 0
            srclang = attributes.get("srclang", self._srclang)
            self._unit = Unit(self.subject.units, self._place(), attributes.get("tuid", ""), srclang)
        if self._stack and (problem := self._stack[-1].admit(name)):
            self._note("element", problem)
        if element is None:
            self._note("element", f"<{name}> is no element of TMX")
        else:
            self._judge(name, element, attributes)
        self._stack.append(Frame(name, element))
        if name in _GATHERED:
            self._text.clear()
            if self._unit is None:
                self._length = 0
            self._codes = 0
            self._gathering = True
        if self._unit is None:
            if name == "header":
                self._srclang = attributes.get("srclang", self._srclang)
        elif name == "tuv":
            self._unit.begin(attributes)
        elif name == "prop":
            self._unit.prop = attributes.get("type", "")
        elif name in CODES:
            self._codes += 1
            if problem := self._unit.code(name, attributes.get("i")):
                self._note("pairing", problem)

    def _judge(self, name: str, element: Element, attributes: dict[str, str]) -> None:
        """Note what is wrong with an element's attributes; what was right before is not looked at again."""
        shape = (name, *attributes)
        judged = self._shapes.get(shape)
        if judged is None:
            missing, stray = element.required - attributes.keys(), attributes.keys() - element.attributes.keys()
            for attribute in sorted(missing):
                self._note("attribute", f"<{name}> lacks the attribute {attribute}")
            for attribute in sorted(stray):
                self._note("attribute", f"<{name}> has an attribute {short(attribute)}, which TMX has not there")
            judged = tuple(sorted(element.judged & attributes.keys()))
            if not missing and not stray and len(self._shapes) < _REMEMBERED:
                self._shapes[shape] = judged
        for attribute in judged:
            value = attributes[attribute]
            if (name, attribute, value) in self._values:
                continue
            if problem := element.attributes[attribute].problem(attribute, value):
                self._note(*problem)
            elif len(self._values) < _REMEMBERED:
                self._values.add((name, attribute, value))

    def _end(self, name: str) -> None:
        frame = self._stack.pop()
        if missing := frame.missing():
            self._note("element", f"<{name}> lacks <{missing}>")
        if name in CODES:
            self._codes -= 1
        if self._unit is None:
            return
        if name == "seg":
            self._gathering = False
            for problem in self._unit.end_segment("".join(self._text)):
                self._note("pairing", problem)
        elif name == "prop":
            self._gathering = False
            if self._stack[-1].name == "tu":
                self._unit.properties[self._unit.prop] = "".join(self._text)
        elif name == "tu":
            if self.pending:
                self._flush(self._parser.CurrentByteIndex)
            self._close(self._unit)
            self._unit = None

    def _close(self, unit: Unit) -> None:
        """Note what is wrong with a unit as a whole, at its first line."""
        if unit.tuid:
            self.tuids.add(unit.tuid, unit.number, unit.line)
        pair, problems = unit.pair(plain(self.subject.path).stem)
        problems += unit.problems()
        if pair is not None:
            problems += self.judge(pair)
        self.findings += self.subject.findings(unit.line, unit.name, *problems)

    def judge(self, pair: Pair) -> list[Problem]:
        """Say what is wrong with the record of a unit, and take it into account for the file as a whole."""
        self.sides.add(pair.source, pair.target)
        return [*problems_of(pair, "edited"), *self._order.problems(pair)]

    def _characters(self, text: str) -> None:
        frame = self._stack[-1]
        if frame.element is not None and not frame.element.text:
            if (text.strip(" \t\r\n") or frame.name == "map") and not frame.worded:
                frame.worded = True  # told once an element
                line = self._parser.CurrentLineNumber - text.lstrip().count("\n")  # where what follows it begins
                self._note("text", f"text in <{frame.name}>, where there may be none: {short(text.strip())}", line)
        elif self._gathering and self._codes == 0:
            self._text.append(text)
            self._length += len(text)
            if self._length > LIMIT:
                self._stop("unreadable", f"a text of more than {LIMIT >> 20} MB; look for a lost tag")

    def _declared(self, name: str, *_: object) -> None:
        self._stop("entity", f"declares the entity {short(name)}, refused lest it be a bomb or an outside file")

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._note("entity", f"nothing says what &{name}; is; write the character itself")
