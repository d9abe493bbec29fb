"""What a rule of the splitter sees, a `Mark`, and what the rules are called.

`corpus.split` finds the marks and judges what the characters around them tell (numbers, addresses, brackets); the words
are judged in `corpus.split_arabic` and `corpus.split_english`.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["DOTTED", "LATIN", "NAMES", "RULES", "Mark", "bare", "inflected", "is_ellipsis", "words"]

RULES = {
    "mark": "a final mark ends the sentence",
    "missing-space": "a final mark ends the sentence, though no space follows",
    "number": "the point is part of a number: 3.5",
    "address": "the mark is part of an address, a file or a dotted name: example.com",
    "comma": "a comma, semicolon or colon beside the mark carries the sentence on",
    "opening": "the mark begins a quotation or a bracket: «... وعاد»",
    "bracket": "the mark is in a bracketed remark within a sentence: (لماذا؟)",
    "quotation": "the mark is in a quotation, which is kept whole",
    "label": "the sentence so far is the label of a list item: 1. — أ. — المادة 5.",
    "date": "the stop is part of a date: 29. 8. 2024 — 29. أغسطس",
    "abbreviation": "the stop belongs to an abbreviation, and no word follows that must begin a sentence: ق.م. — U.S.",
    "initial": "the stop belongs to an initial of a name: ج. ك. رولينغ — J. Hale",
    "title": "the stop belongs to the title of a person whose name follows: العقيد. سامي — Dr. Hale",
    "work": 'the mark is part of the quoted name of a work or thing: فيلم "من أنت؟"',
    "name": "the mark is part of a name: Yahoo!",
    "time": "the hour goes on with a day or a time zone: 5 p.m. Monday",
    "ordinal": "the number orders the word before it, and the clause goes on: الفصل 3. من الكتاب",
    "ellipsis": "the dots are a hesitation, and the thought goes on: فكر طويلا... ثم تكلم",
    "attribution": 'the verb of saying belongs to the quotation before it: "متى؟" سألت الأم',
    "continuation": 'the word after the quotation carries on the clause around it: "لماذا؟" التي سمعها',
    "lower-case": "a small letter follows, and no sentence begins with one",
}
"""The names of the rules, and their reasons. The first two take a boundary, the others forbid it."""


class Mark(NamedTuple):
    """A run of final marks and its surroundings; words are as `bare` gives them, empty where there are none.

    A named tuple, since one is made for each candidate and it is the cheaper record to make.

    `run`: the marks. `closed`: a closing quote follows them. `lead`: the word before that quotation, empty where it
    begins a sentence, None where its opening quote is not known or none closes. `introduced`: a colon stands before
    that quotation. `before`, `earlier`, `third`: the word of the sentence that the marks follow and the two before
    it. `enclosed`: a quote or bracket closes between that word and the marks. `beginning`: the text from the start of
    the sentence, cut; empty if that is far. `after`: the next word; `dotted`: a full stop ends it. `following`: the
    text from there, cut. `opens`: the first character after the marks and what closes with them that is not white
    space. `gap`: white space comes next. `dialogue`: the sentence begins with a dash.
    """

    run: str
    closed: bool
    lead: str | None
    introduced: bool
    before: str
    earlier: str
    third: str
    enclosed: bool
    beginning: str
    after: str
    dotted: bool
    following: str
    opens: str
    gap: bool
    dialogue: bool


# Letters in the shapes that old files hold (presentation forms) count as themselves. A hamza below alef stays, as إن
# begins sentences and أن never does.
_PLAIN = str.maketrans(
    {
        **{code: unicodedata.normalize("NFKC", chr(code)) for code in [*range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD)]},
        **dict.fromkeys([*range(0x64B, 0x660), 0x670, 0x640]),
        **dict.fromkeys(map(ord, "أآٱﺁﺂﺃﺄ"), "ا"),
        **dict.fromkeys(map(ord, "ىیﻯﻰ"), "ي"),
        ord("ک"): "ك",
    }
)
_EDGES = "\"'“”„«»‹›‘’()[]{}<>،؛,;:-–—*•"

LATIN = re.compile(r"[A-Za-z]")
DOTTED = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}")


def bare(word: str) -> str:
    """Strip a word of quotes, brackets, vowel signs and tatweel, and write alef without madda and hamza above."""
    return word.strip(_EDGES) if word.isascii() else word.translate(_PLAIN).strip(_EDGES)


def words(*lists: str) -> frozenset[str]:
    """Make a table of words out of lists of them, written as they are spelt; the hamza below alef may be left out."""
    spelt = {bare(word) for line in lists for word in line.split()}
    return frozenset(spelt | {word.replace("إ", "ا") for word in spelt})


def inflected(stems: str, prefixes: Iterable[str] = ("",), suffixes: Iterable[str] = ("",)) -> frozenset[str]:
    """Make a table of words that gives each stem every prefix and suffix."""
    return frozenset(a + stem + z for stem in words(stems) for a in prefixes for z in suffixes)


NAMES = words("Yahoo Jeopardy Yum Wham Kahoot Joomla ياهو جيوباردي كاهوت جوملا")
"""Names that end with an exclamation mark."""


def is_ellipsis(run: str) -> bool:
    """Tell `…`, `..` and `. . .` from other runs; a question or an exclamation outweighs the dots."""
    return ("…" in run or run.count(".") > 1) and not any(final in run for final in "!?؟⸮‽")
