"""Splits a paragraph into sentences, for Arabic news and its English references.

A candidate is a run of final marks (`. ! ? ؟ … ۔`). Closing quotes, closing brackets, footnote numbers and emoji
after it go to the sentence on the left. Each candidate is a boundary unless a rule forbids it: first the rules of
the characters around it, here, then those of the words, in `corpus.split_rules`. ، ؛ and the colon never end a
sentence, and a newline is white space: what a paragraph is, is for the reader of the file to say.

All look-ups are bounded or go forward only, so the time is linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from corpus.split_rules import ARABIC_STOPS, Mark, arabic, bare, english, is_label

__all__ = ["Candidate", "Quotes", "explain", "is_heading", "split"]

Quotes = Literal["split", "keep"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a sentence may end: `position` is the end of the left part; `taken` tells a boundary.

    `rule` of a boundary: `mark`, or `missing-space` where the next word touches the mark.
    `rule` of a vetoed one: `number` 3.5 · `address` example.com · `comma` beside a comma or colon · `opening` … after
    an opening quote · `bracket` in a remark within the sentence · `quotation` in one that is kept whole · `label` 1.
    at the start · `date` 29. 8. 2024; then, by the words: `abbreviation` · `initial` · `title` of a person or a work ·
    `name` Yahoo! · `time` 5 p.m. Monday · `ordinal` · `ellipsis` · `attribution` "…؟" قال · `continuation` "…؟" الذي ·
    `lower-case`.
    """

    position: int
    taken: bool
    rule: str


def split(text: str, language: str = "ar", *, quotes: Quotes = "split") -> list[tuple[int, int]]:
    """Find the sentences of one block, as spans `(start, end)` of its characters.

    The spans are in order, hold no white space at their ends and leave out nothing but white space; where a space is
    missing between two sentences (`انتهى.وغادر`) the gap is empty. White text gives no spans. With `quotes="keep"` a
    quotation of several sentences stays whole, if its quotes balance.

    Raises `ValueError` for a language other than `ar` and `en`.
    """
    start, end = _edges(text)
    spans = []
    for position, resume, taken, _ in _candidates(text, start, end, language, quotes):
        if taken:
            spans.append((start, position))
            start = resume
    if start < end:
        spans.append((start, end))
    return spans


def explain(text: str, language: str = "ar", *, quotes: Quotes = "split") -> list[Candidate]:
    """List the candidate boundaries of a block with the rule that took or vetoed each, as `split` judges them.

    The marks that end the block are no candidates. Raises `ValueError` as `split` does.
    """
    judged = _candidates(text, *_edges(text), language, quotes)
    return [Candidate(position, taken, rule) for position, _, taken, rule in judged]


def is_heading(line: str) -> bool:
    """Tell a heading: up to twelve words, with a letter among them, and neither a final mark nor ، ؛ : at the end."""
    if len(line) > 400 or not 1 <= len(line.split()) <= 12:
        return False
    text = _CLOSING.sub("", line)
    return any(map(str.isalpha, text)) and text[-1] not in _FINAL + _INNER


def _edges(text: str) -> tuple[int, int]:
    """Give the first and the last (exclusive) position of a text that is not white space."""
    end = len(text.rstrip())
    return len(text) - len(text.lstrip()) if end else 0, end


_FINAL = ".!?؟…۔‼⁇⁈⁉"
_INNER = "،؛:,;"
_CLOSERS = ")]}\"”»›’'"
_OPENERS = "([{“„«‹‘"
_DASHES = ("-", "–", "—")
_PAIRS = {")": "(", "]": "[", "}": "{"}
_KINDS = {'"': '"', "“": "“", "”": "“", "„": "“", "«": "«", "»": "«", "‹": "‹", "›": "‹"}

_UNSEEN = "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"
# Emoji close a sentence, but those in use as bullets and arrows begin one.
_EMOJI = "[\u2600-\u27bf\u2b50\ufe0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
_BULLET = (
    "[\u26a0\u26aa\u26ab\u2705\u2714\u27a1\U0001f447-\U0001f449\U0001f4cc\U0001f4cd"
    "\U0001f534-\U0001f53b\U0001f7e0-\U0001f7eb]"
)

# A full stop between two plain Arabic words, which mostly needs no further look; or a run of marks, spaced or not.
_LETTERS = "[\u0621-\u063f\u0641-\u0652]"
_MARK = re.compile(
    rf"[{_FINAL}](?:(?:(?<={_LETTERS}{{3}}\.)|(?<={_LETTERS}{{3}}[\"»”]\.))(?=( [\"«“]?){_LETTERS}{{2}})"
    rf"|[{_FINAL}]*+(?:\s{{1,2}}[{_FINAL}]++(?![A-Za-z0-9])){{0,63}}+)"
)
_WORD = re.compile(r"\w")
_NEXT = re.compile(r"(?:([وف])\s)?([\w\u064b-\u065f\u0670\u200c\u200d'’]{1,32})")
_SOLID = re.compile(r"\S")
_DATE = re.compile(r"(?<!\d)\d{1,2}\.\s?\d{1,2}\.\s?\d{4}(?!\d)")
_CLOSING = re.compile(rf"[\s{_UNSEEN}{re.escape(_CLOSERS)}“«‹]+$")
_BRACKET = re.compile(r"[(\[{]")
_ENCLOSING = re.compile(r"[\"“”„«»‹›()\[\]{}]")
# What may stand between a mark and the end of its sentence: unseen signs, brackets, more marks, the number of a
# footnote, a remark (See the map.) or citation (Author, year), emoji; and quotes, which are looked at further.
_TAIL = re.compile(
    rf"[{_UNSEEN}]++|\s{{0,2}}[)\]}}]|\s{{0,2}}[{_FINAL}]++(?![A-Za-z0-9])|\[\d{{1,3}}\]|[¹²³⁰⁴-⁹]++"
    rf"|\s{{0,2}}\([^(){_FINAL}]{{2,99}}(?:[{_FINAL}]++|[،,]\s?\d{{4}}[a-z]?)\)|\s{{0,2}}(?:(?!{_BULLET}){_EMOJI})++"
    "|\\s{0,2}(?P<quote>[\"“”„«»‹›'‘’])"
)
_REMARK = 300  # characters of a bracketed remark; a longer one is a text of its own
_WINDOW = 48  # characters beside a mark that can matter to it
_LABEL = 14  # characters that the label of a list item takes at most


def _candidates(text: str, start: int, end: int, language: str, quotes: str) -> Iterator[tuple[int, int, bool, str]]:
    """Judge each candidate of `text[start:end]`, left to right.

    Yields (end of the left part, start of the right part, whether it is a boundary, the rule's name).
    """
    if language not in ("ar", "en"):
        raise ValueError(f"language {language!r} has no rules for sentences; choose 'ar' or 'en'")
    if quotes not in ("split", "keep"):
        raise ValueError(f"quotes {quotes!r} is no treatment of quotations; choose 'split' or 'keep'")
    found = _WORD.search(text, start)
    if found is None:
        return
    first = word = resume = found.start()
    block = _Block(text, language, keep=quotes == "keep")
    while (run := _MARK.search(text, resume)) and run.end() < end:
        if run.lastindex and block.is_plain(first, run.start()):
            position = run.end()
            first = word = resume = run.end(1)
            yield position, position + 1, True, "mark"
            continue
        position, opened = block.tail(run.end())
        if word < position:
            found = _WORD.search(text, position)
            if found is None:
                return
            word = found.start()
        found = _SOLID.search(text, position)
        solid = found.start() if found else end
        rule = block.veto(first, run, _Tail(position, opened, solid, word))
        if rule is None:
            yield position, solid, True, "missing-space" if solid == position else "mark"
            first = resume = word
        else:
            yield position, solid, False, rule
            resume = run.end()


@dataclass(frozen=True, slots=True)
class _Tail:
    """What follows a run of marks: closers up to `position`, then white space up to `solid`, then `word` begins.

    `opened` is where the last quotation that closes here opened, -1 if nowhere, None if none closes.
    """

    position: int
    opened: int | None
    solid: int
    word: int


class _Block:
    """A text whose quotes and brackets are paired when the first question about them is asked."""

    def __init__(self, text: str, language: str, *, keep: bool) -> None:
        self._text = text
        self._judge = arabic if language == "ar" else english
        self._keep = keep
        self._tail_start, self._tail_end, self._tail_quote = 0, -1, -1
        self._bracketed = "(" in text or "[" in text or "{" in text

    def is_plain(self, first: int, at: int) -> bool:
        """Tell a full stop between two Arabic words that no rule can forbid. This only saves time: `veto` agrees."""
        text = self._text
        return not (
            self._keep
            or at - first <= _LABEL
            or text[at - 4 : at].rstrip('"»”')[-3:] in ARABIC_STOPS
            or (self._bracketed and _BRACKET.search(text, first, at))
        )

    @cached_property
    def _enclosures(self) -> "_Enclosures":
        return _Enclosures(self._text)

    def tail(self, at: int) -> tuple[int, int | None]:
        """Find the end of what closes the sentence after a run of marks, and the opening of its last quotation.

        The second is -1 where the quotation was never opened, None where none closes. What closes a vetoed mark may
        hold more marks, with the same end: it is kept, so that a long one is walked through once.
        """
        if not self._tail_start <= at <= self._tail_end:
            self._tail_start, self._tail_quote = at, -1
            self._tail_end = self._walk(at)
        closed = self._tail_quote >= at
        return self._tail_end, self._enclosures.closing.get(self._tail_quote, -1) if closed else None

    def _walk(self, at: int) -> int:
        """Go over the pieces of a tail to its end, noting its last quote."""
        while piece := _TAIL.match(self._text, at):
            if piece["quote"]:
                quote = piece.end() - 1
                if piece["quote"] in "'‘’":
                    if not _closes(self._text, quote, opened=False):
                        break
                elif quote not in self._enclosures.closing:
                    break
                self._tail_quote = quote
            at = piece.end()
        return at

    def veto(self, first: int, run: re.Match[str], tail: _Tail) -> str | None:
        """Name the rule that forbids a boundary after this run, in a sentence whose first word is at `first`."""
        text, at = self._text, run.start()
        if tail.solid == tail.position and (rule := self._touching(run, tail)):
            return rule
        edge = at - 2 if text[at - 1].isspace() else at - 1
        if text[tail.solid] in _INNER or (text[edge] in _INNER and run[0] != "."):
            return "comma"
        if text[edge] in _OPENERS + '"' and edge not in self._enclosures.closing:
            return "opening"
        if self._bracketed and self._enclosures.remark(at) > first:
            return "bracket"
        if self._keep and self._enclosures.quotation(at, tail.position):
            return "quotation"
        if at - first <= _LABEL and run[0] == "." and is_label(text[first:at]):
            return "label"
        if run[0] == "." and text[at - 1].isdigit():
            date = _DATE.search(text, max(0, at - 7), at + 12)
            if date and date.start() < at < date.end():
                return "date"
        return self._judge(self._mark(first, run, tail))

    def _touching(self, run: re.Match[str], tail: _Tail) -> str | None:
        """Judge marks that the next character touches: numbers, addresses, names of files."""
        text, at = self._text, run.start()
        left, right = text[at - 1], text[tail.solid]
        if right in "/\\@=&%_~#":
            return "address"
        if tail.solid != run.end():
            return None
        if left.isdigit() and right.isdigit():
            return "number"
        token = text[max(0, at - _WINDOW) : at].split()[-1]
        if not left.isspace() and ("://" in token or token.startswith("www.")):
            return "address"
        if not right.isascii() or not right.isalnum():
            return None
        if left.isalpha() and not left.isascii():
            return "address" if right.islower() else None
        return None if left.isalpha() and right.isupper() else "address"

    def _mark(self, first: int, run: re.Match[str], tail: _Tail) -> Mark:
        """Gather the words around a run of marks."""
        text, at, word = self._text, run.start(), tail.word
        before = text[max(first, at - _WINDOW) : at].split()
        after = _NEXT.match(text, word)
        return Mark(
            run=run[0],
            closed=tail.opened is not None,
            lead=None if tail.opened is None or tail.opened < 0 else self._lead(tail.opened),
            before=bare(before[-1]) if before else "",
            earlier=bare(before[-2]) if len(before) > 1 else "",
            third=bare(before[-3]) if len(before) > 2 else "",
            after=bare((after[1] or "") + after[2]) if after else "",
            following=text[word : word + _WINDOW],
            opens=text[tail.solid],
            gap=tail.solid > tail.position,
            dialogue=text[max(0, first - 2) : first].strip() in _DASHES,
        )

    def _lead(self, opened: int) -> str:
        """Give the word before the quotation that opens at `opened`, or nothing where it begins a sentence."""
        words = self._text[max(0, opened - _WINDOW) : opened].split()
        return "" if not words or words[-1].rstrip(_CLOSERS)[-1:] in _FINAL else bare(words[-1])


class _Enclosures:
    """The quotations and bracketed remarks of a text.

    `closing` maps each closing quote to its opening one, or to -1 where there is none.
    """

    def __init__(self, text: str) -> None:
        self.closing: dict[int, int] = {}
        opened: dict[str, int] = {}
        brackets: dict[str, list[int]] = {"(": [], "[": [], "{": []}
        quotations, remarks = [], []
        for found in _ENCLOSING.finditer(text):
            at, char = found.start(), found[0]
            if char in brackets:
                brackets[char].append(at)
            elif char in _PAIRS:
                if brackets[_PAIRS[char]]:
                    remarks.append((brackets[_PAIRS[char]].pop(), at))
            elif _closes(text, at, opened=_KINDS[char] in opened):
                start = self.closing[at] = opened.pop(_KINDS[char], -1)
                if start >= 0:
                    quotations.append((start, at))
            else:
                opened[_KINDS[char]] = at
        self._quotations = _outermost(quotations)
        self._remarks = _outermost((start, end) for start, end in remarks if end - start <= _REMARK)

    def remark(self, at: int) -> int:
        """Give the opening of the bracketed remark around a position, or -1."""
        starts, ends = self._remarks
        index = bisect_right(starts, at) - 1
        return starts[index] if index >= 0 and at < ends[index] else -1

    def quotation(self, at: int, position: int) -> bool:
        """Tell whether a mark and the boundary after it are within one quotation."""
        starts, ends = self._quotations
        index = bisect_right(starts, at) - 1
        return index >= 0 and position <= ends[index]


def _outermost(spans: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Leave out the spans that begin within another one; give the starts and the ends of the rest, in order."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if not ends or start > ends[-1]:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _closes(text: str, at: int, *, opened: bool) -> bool:
    """Tell a closing quote from an opening one.

    White space or punctuation on one side alone decides, as Arabic writers turn “ and ” either way; else the shape
    does, and for the straight quote whether one is `opened`.
    """
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    free = not before or before.isspace() or before in _OPENERS
    spaced = not after or after.isspace() or after in _FINAL + _INNER + _CLOSERS
    if free != spaced:
        return spaced
    return text[at] in "”»›’" or (text[at] == '"' and opened)
