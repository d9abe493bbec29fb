"""What the reader sees of a translation: the punctuation of English, whatever the source or the model made of it.

`unescaped` and `tidy` mend what comes out of a model, `western` what goes around it, and `with_emoji` brings back what
the model was not shown. What the model says is left alone: a statement that ends like one stays a statement though the
source asks.
"""

import re
from html import unescape
from re import Match

from mt.normalize import EMOJI

__all__ = ["tidy", "unescaped", "western", "with_emoji"]

_SIGNS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹،؛؟۔٪٫٬", "01234567890123456789,;?.%.,")
_SIGN = re.compile("[٠-٩۰-۹،؛؟۔٪٫٬]")
_JOINED = re.compile(r"(?<=[،؛؟۔])(?=[^\W\d_])")
# What only a line from right to left needs: marks of direction, a percent sign before its number, a tatweel for a dash.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PERCENT_FIRST = re.compile(r"(?<![\d٪])٪ ?(\d+(?:[.,٫٬،]\d+)*)")
_RANGE = re.compile(r"(?<=\d)( ?)ـ+\1(?=\d)")

# A question or an exclamation is marked once ("؟" copied beside "?"), and takes no full stop.
_ASKED = re.compile(r"[?!](?: ?[?!.])*(?![\w.])")
_PAUSES = re.compile(r"([,;])(?: ?[,;])+(?!\w)")
_STOPPED = re.compile(r"[,;] ?\.(?=[\s\"')\]]|\Z)")
_TWO_STOPS = re.compile(r"(?<=[\w\"')\]]) ?\. ?\.(?=[\s\"')\]](?! ?\.)|\Z)")
_LEADERS = re.compile(r"\.(?: ?\.){3,}")
# Sentencepiece puts a space where the model put a piece that begins a word.
_SPACED = re.compile(r"(?<=[\w\"')\]%.]) +([,.;:!?])(?=[\s\"']|\Z)")
_PERCENT = re.compile(r"(?<=\d) +%(?!\w)")
_QUOTED = re.compile(r"(?<![\w\"])\" *([^\"]*[^\" ]) *\"(?![\w\"])")


_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}[0-9]{0,2});")


def unescaped(text: str) -> str:
    """Give the characters that a model writes as in HTML (`&quot;`, `&apos;`), as it saw them in its corpora."""
    return _ENTITY.sub(lambda entity: unescape(entity[0]), text) if "&" in text else text


def western(text: str) -> str:
    """Write Arabic digits and punctuation the English way; letters stay, and so does a text that has none of these.

    Dates and times keep their order: ١٥/٠٦/٢٠٢٤ is 15/06/2024.
    """
    if not _SIGN.search(text):
        return text
    text = _PERCENT_FIRST.sub(r"\1٪", _DIRECTION.sub("", text))
    return _closed_up(_JOINED.sub(" ", _RANGE.sub(r"\1-\1", text)).translate(_SIGNS))


def tidy(text: str) -> str:
    """Mend the punctuation of a model's English: Arabic signs, doubled marks, spaces where none belong.

    Gives one line; letters stay as they are. Idempotent, linear in time.
    """
    text = " ".join(text.split())
    if _SIGN.search(text):
        text = _JOINED.sub(" ", text).translate(_SIGNS)
    text = _PAUSES.sub(r"\1", text)
    text = _STOPPED.sub(".", text)
    if "?" in text or "!" in text:
        text = _ASKED.sub(_once, text)
    return _closed_up(_LEADERS.sub("...", _TWO_STOPS.sub(".", text)))


def with_emoji(text: str, source: str) -> str:
    """Put the emoji of the source beside its translation: in front where it begins with them, else at the end."""
    runs = [run for run in EMOJI.findall(source) if run not in text]
    if not runs:
        return text
    first = runs[:1] if EMOJI.match(source.lstrip()) else []
    return " ".join([*first, text, *runs[len(first) :]]).strip()


def _once(run: Match[str]) -> str:
    """Give each kind of mark of a run once, no full stop; an ellipsis (?...) is left."""
    marks = run[0]
    return marks if marks.count(".") > 2 else "".join(dict.fromkeys(c for c in marks if c in "?!"))


def _closed_up(text: str) -> str:
    """Take away the spaces before marks and within brackets and quotation marks."""
    text = _PERCENT.sub("%", _SPACED.sub(r"\1", text))
    text = text.replace("( ", "(").replace(" )", ")")
    return _QUOTED.sub(r'"\1"', text) if text.count('"') % 2 == 0 else text
