"""What the model sees of a sentence; the original is never changed.

Marian's Arabic models were trained on text with Moses' punctuation and without vowel marks: the same letters with
other marks fall apart into rare pieces. Each rule below says which fault it prevents.
"""

import re
import unicodedata

__all__ = ["has_arabic", "normalize", "western"]

_DELETED = dict.fromkeys(
    [
        *range(0x064B, 0x0660),  # tashkeel (fathatan … sukun, maddah, hamza above and below): vocalised text shatters
        0x0670,  # superscript alef
        *range(0x0610, 0x061B),  # honorific signs
        *range(0x06D6, 0x06DD),  # Koranic marks
        *range(0x06DF, 0x06E9),
        *range(0x06EA, 0x06EE),
        0x0640,  # tatweel: stretches a word without changing it
        0x061C,  # Arabic letter mark
        *range(0x200B, 0x2010),  # zero-width space, joiners, LRM and RLM
        *range(0x202A, 0x202F),  # bidi embeddings and overrides
        *range(0x2060, 0x2065),  # word joiner, invisible operators
        *range(0x2066, 0x2070),  # bidi isolates
        0xFEFF,  # byte-order mark within the text
        0x00AD,  # soft hyphen
    ]
)
_REPLACED = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"', "＂": '"',  # Moses: one double quote
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'",  # and one single one
        "–": "-", "—": "-", "―": "-", "−": "-", "‐": "-", "‑": "-",
        "…": "...",
        "⁄": "/",  # NFKC writes ½ as 1⁄2
        "ی": "ي", "ک": "ك", "ۀ": "ه", "ە": "ه", "ھ": "ه",  # Persian and Urdu keyboards: same letter, other code
    }
)  # fmt: skip
# Where a raised or lowered digit or a fraction follows a digit: 10⁶ is no 106, 5½ no 51/2.
_RAISED = re.compile(r"(?<=\d)(?=[²³¹⁰⁴-⁹₀-₉¼-¾⅐-⅞])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
_LEADERS = re.compile(r"\.(?: ?\.){3,}")
# Letters alone: no tatweel, which serves as a dash, no marks and no ornate brackets, not as presentation forms either.
_ARABIC = re.compile(
    r"[\u0620-\u063F\u0641-\u064A\u066E\u066F\u0671-\u06D3\u06D5\u06EE\u06EF\u06FA-\u06FF\u0750-\u077F"
    r"\uFB50-\uFBB1\uFBD3-\uFC5D\uFC64-\uFCF1\uFCF5-\uFD3D\uFD50-\uFDFC\uFE80-\uFEFC]"
)
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹،؛؟۔٪٫٬", "01234567890123456789,;?.%.,")


def normalize(text: str) -> str:
    """Give the text as the model should see it: one line, bare letters, Moses punctuation.

    NFKC turns Arabic presentation forms (ﻻ) and full-width characters into plain ones; leaders of four or more dots
    become three, since models drop what follows a long row. Idempotent.
    """
    # Composed first, so that an alef with a separate madda is kept as آ while loose marks go; composed again, since
    # a mark that goes may have stood between a letter and its accent.
    plain = unicodedata.normalize("NFKC", _RAISED.sub(" ", text).translate(_REPLACED))
    plain = unicodedata.normalize("NFKC", plain.translate(_DELETED).translate(_REPLACED))
    plain = _CONTROL.sub(" ", plain)
    plain = _SPACE.sub(" ", plain).strip()
    return _LEADERS.sub("...", plain)


def has_arabic(text: str) -> bool:
    """Tell whether the text holds an Arabic letter; digits and punctuation don't count."""
    return _ARABIC.search(text) is not None


def western(text: str) -> str:
    """Write Arabic digits and punctuation the English way; letters stay."""
    return text.translate(_WESTERN)
