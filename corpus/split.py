"""Splits a paragraph into sentences, for Arabic news and its English references.

A candidate is a run of final marks (`. ! ? ؟ … ۔`). Closing quotes, closing brackets, footnote numbers and emoji
after it go to the sentence on the left. Each candidate is a boundary unless a rule forbids it: first the rules of
the characters around it, here, then those of the words, in `corpus.split_arabic` and `corpus.split_english`. ، ؛ and
the colon never end a sentence, and a newline is white space: what a paragraph is, is for the reader of the file to
say. Unseen signs (directions, joiners) are looked through. The stops within a dotted form (ق.م.) are no candidates.

All look-ups are bounded or go forward only, so the time is linear in the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

from corpus.enclosures import CLOSERS, FINAL, INNER, OPENERS, Enclosures, closes
from corpus.split_arabic import DOUBTFUL, arabic
from corpus.split_english import english
from corpus.split_labels import LABEL_SIZE, is_item, is_label
from corpus.split_rules import RULES, Mark, bare

__all__ = ["Candidate", "Quotes", "explain", "is_heading", "split"]

Quotes = Literal["split", "keep"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a sentence may end: `position` is the end of the left part; `taken` tells a boundary.

    `rule` names what took or vetoed it, one of `corpus.split_rules.RULES`.
    """

    position: int
    taken: bool
    rule: str

    @property
    def reason(self) -> str:
        """The rule in one line."""
        return RULES[self.rule]


def split(text: str, language: str = "ar", *, quotes: Quotes = "split") -> list[tuple[int, int]]:
    """Find the sentences of one block, as spans `(start, end)` of its characters.

    The spans are in order, hold no white space at their ends and leave out nothing but white space; where a space is
    missing between two sentences (`انتهى.وغادر`) the gap is empty. White text gives no spans. With `quotes="keep"` a
    quotation of several sentences stays whole, if its quotes balance; single quotes, which look like apostrophes, are
    not paired.

    Raises `ValueError` for a language other than `ar` and `en`.
    """
    start, end = _edges(text)
    spans = []
    for position, resume, taken, _ in _candidates(text, language, quotes):
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
    judged = _candidates(text, language, quotes)
    return [Candidate(position, taken, rule) for position, _, taken, rule in judged]


def is_heading(line: str) -> bool:
    """Tell a heading: up to twelve words, with a letter among them, and neither a final mark nor ، ؛ : at the end."""
    if len(line) > 400 or not 1 <= len(line.split()) <= 12:
        return False
    text = _CLOSING.sub("", line)
    return any(map(str.isalpha, text)) and text[-1] not in FINAL + INNER


def _edges(text: str) -> tuple[int, int]:
    """Give the first and the last (exclusive) position of a text that is not white space."""
    end = len(text.rstrip())
    return len(text) - len(text.lstrip()) if end else 0, end


_DASHES = ("-", "–", "—")
# Directions, joiners, soft hyphens: they change how a text is drawn, never what it says.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
# Emoji close a sentence, but those in use as bullets and arrows begin one.
_EMOJI = (
    "[\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f004-\U0001f0cf\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
)
_BULLET = (
    "[\u25b6\u26a0\u26aa\u26ab\u2705\u2714\u27a1\u2b05\U0001f446-\U0001f449\U0001f4cc\U0001f4cd"
    "\U0001f534-\U0001f53b\U0001f7e0-\U0001f7eb]"
)

# A full stop between two plain Arabic words, which mostly needs no further look (group 1); a point between two digits
# (group 2); or a run of marks, spaced or not.
# A stop within a dotted form is passed over, the last one of the form is judged.
_LETTER = "[\u0621-\u063f\u0641-\u064a]"
_ENDING = f"{_LETTER}[\u0621-\u063f\u0641-\u064b]{{2}}"  # with the tanween of the adverbs
_ONE = "[A-Za-z\u0621-\u064a]"
_MARK = re.compile(
    rf"[{FINAL}](?:(?:(?<={_ENDING}\.)|(?<={_ENDING}[\"»”]\.))(?=( [\"«“]?){_LETTER}[\u0621-\u0652])"
    rf"|(?=\d)(?<=\d[.])()"
    rf"|(?!{_ONE}\.(?<=(?<!\w){_ONE}\.{_ONE}\.))[{FINAL}]*+(?:\s{{1,2}}[{FINAL}]++(?![A-Za-z0-9])){{0,63}}+)"
)
_WORD = re.compile(r"\w")
_NEXT = re.compile(r"(?:([وفﻭﻑ][\u064b-\u0652]?)\s{1,2})?([\w\u064b-\u065f\u0670'’]{1,32})")
_SOLID = re.compile(r"\S")
_DATE = re.compile(r"(?<!\d)\d{1,2}\.\s{0,2}\d{1,2}\.\s{0,2}\d{4}(?!\d)")
_CLOSING = re.compile(rf"(?:[\s{re.escape(CLOSERS)}“«‹]|{_UNSEEN.pattern})+$")
_BRACKET = re.compile(r"[(\[{]")
# What may stand between a mark and the end of its sentence: brackets, more marks, the sign of a footnote, a remark
# (See the map.) or citation (Author, year), emoji; and quotes, which are looked at further.
_TAIL = re.compile(
    rf"\s{{0,2}}[)\]}}]|\s{{0,2}}[{FINAL}]++(?![A-Za-z0-9])|\[\d{{1,3}}\]|[¹²³⁰⁴-⁹]++|[*†‡]++(?=\s)"
    rf"|\s{{0,2}}\([^(){FINAL}]{{2,99}}(?:[{FINAL}]++|[،,]\s{{0,2}}\d{{4}}[a-z]?)\)|\s{{0,2}}(?:(?!{_BULLET}){_EMOJI})++"
    "|\\s{0,2}(?P<quote>[\"“”„«»‹›﴿﴾'‘’])"
)
_WINDOW = 48  # characters beside a mark that can matter to it
_CLAUSE = 300  # characters before the number of a list item that may hold the number before


def _candidates(text: str, language: str, quotes: str) -> Iterator[tuple[int, int, bool, str]]:
    """Judge each candidate of a text, left to right.

    Yields (end of the left part, start of the right part, whether it is a boundary, the rule's name).
    """
    if language not in ("ar", "en"):
        raise ValueError(f"language {language!r} has no rules for sentences; choose 'ar' or 'en'")
    if quotes not in ("split", "keep"):
        raise ValueError(f"quotes {quotes!r} is no treatment of quotations; choose 'split' or 'keep'")
    # Of the unseen signs none is printable, and that is the quicker question.
    seen = text.isprintable() or not _UNSEEN.search(text)
    return (_judge if seen else _look_through)(text, language, keep=quotes == "keep")


def _look_through(text: str, language: str, *, keep: bool) -> Iterator[tuple[int, int, bool, str]]:
    """Judge each candidate of a text as if its unseen signs were not there; those that touch a mark stay with it."""
    signs = [found.span() for found in _UNSEEN.finditer(text)]
    gone = list(accumulate((end - start for start, end in signs), initial=0))
    places = [start - before for (start, _), before in zip(signs, gone, strict=False)]
    for position, _, taken, rule in _judge(_UNSEEN.sub("", text), language, keep=keep):
        end = position + gone[bisect_right(places, position)]
        found = _SOLID.search(text, end)
        yield end, found.start() if found else end, taken, rule


def _judge(text: str, language: str, *, keep: bool) -> Iterator[tuple[int, int, bool, str]]:
    """Judge each candidate of a text without unseen signs."""
    start, end = _edges(text)
    found = _WORD.search(text, start)
    if found is None:
        return
    first = word = resume = found.start()
    block = _Block(text, language, keep=keep)
    while (run := _MARK.search(text, resume)) and run.end() < end:
        if run.lastindex == 2:
            resume = run.end()
            yield resume, resume, False, "number"
            continue
        if run.lastindex == 1 and block.is_plain(first, run.start()):
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


class _Tail(NamedTuple):
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
            or (at - first <= LABEL_SIZE and is_label(text[first:at]))
            or text[at - 4 : at].rstrip('"»”')[-3:] in DOUBTFUL
            or (self._bracketed and _BRACKET.search(text, first, at))
        )

    @cached_property
    def _enclosures(self) -> Enclosures:
        return Enclosures(self._text)

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
                    if not closes(self._text, quote, opened=False):
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
        edge = max(0, at - 3) + len(text[max(0, at - 3) : at].rstrip()) - 1
        if text[tail.solid] in INNER or (text[edge] in INNER and run[0] != "."):
            return "comma"
        if text[edge] in OPENERS + '"' and edge not in self._enclosures.closing:
            return "opening"
        if self._bracketed and self._enclosures.remark(at) > first:
            return "bracket"
        if self._keep and self._enclosures.quotation(at, tail.position):
            return "quotation"
        if at - first <= LABEL_SIZE and run[0] == "." and is_label(text[first:at]):
            return "label"
        if run[0] == "." and text[at - 1].isdecimal():
            date = _DATE.search(text, max(0, at - 8), at + 12)
            if date and date.start() < at < date.end():
                return "date"
            if is_item(text[max(first, at - _CLAUSE) : at]):
                return "label"
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
        if not left.isascii() and not left.isspace():
            return "address" if right.islower() else None
        return None if left.isalpha() and right.isupper() else "address"

    def _mark(self, first: int, run: re.Match[str], tail: _Tail) -> Mark:
        """Gather the words around a run of marks."""
        text, at, word = self._text, run.start(), tail.word
        before = text[max(first, at - _WINDOW) : at].split()
        after = _NEXT.match(text, word)
        lead, introduced = None, False
        if tail.opened is not None and tail.opened >= 0:
            lead, introduced = self._lead(tail.opened)
        return Mark(
            run=run[0],
            closed=tail.opened is not None,
            lead=lead,
            introduced=introduced,
            before=bare(before[-1]) if before else "",
            earlier=bare(before[-2]) if len(before) > 1 else "",
            third=bare(before[-3]) if len(before) > 2 else "",
            enclosed=text[at - 1] in CLOSERS,
            beginning=text[first : first + _WINDOW] if at - first <= 2 * _WINDOW else "",
            after=bare((after[1] or "") + after[2]) if after else "",
            dotted=after is not None and text[after.end() : after.end() + 1] == ".",
            following=text[word : word + _WINDOW],
            opens=text[tail.solid],
            gap=tail.solid > tail.position,
            dialogue=text[max(0, first - 3) : first].strip() in _DASHES,
        )

    def _lead(self, opened: int) -> tuple[str, bool]:
        """Give the word before the quotation that opens at `opened`, and whether a colon stands between.

        The word is empty where the quotation begins a sentence.
        """
        before = self._text[max(0, opened - _WINDOW) : opened].rstrip()
        introduced = before.endswith(":")
        words = before.rstrip(": ").split()
        return "" if not words or words[-1].rstrip(CLOSERS)[-1:] in FINAL else bare(words[-1]), introduced
