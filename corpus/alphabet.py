"""Arabic and English text in a code of one byte a character, in which counting and comparing cost little.

Texts are folded to find what is written twice, and their letters counted by script, for each of millions of pairs. A
loop over characters, or a regular expression for words, takes several times as long as all other work on a pair; the
codec of a one-byte code and `bytes.translate` take a microsecond. The code has the characters that nearly all Arabic
and English text is made of; text that has others goes a slower way to the same result.
"""

import codecs
import re
import unicodedata
from functools import lru_cache

__all__ = ["digits", "folded", "letters"]

_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيٱپچژڤڨکگڭھہەی"
_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
# What a word has in it and is the same word without: tatweel, vowel marks, marks of direction, joiners.
_LOOSE = "".join(
    map(chr, (0x640, *range(0x64B, 0x656), 0x670, 0x61C, *range(0x200B, 0x2010), 0x202A, 0x202B, 0x202C, 0xFEFF))
)
_SIGNS = "،؛؟٪٫٬۔«»“”„‘’‹›…–—•·\u00a0\u2009\u202f"
_CHARACTERS = "".join(map(chr, range(128))) + _ARABIC + _DIGITS + _LOOSE + _SIGNS
_MAP = codecs.charmap_build(_CHARACTERS.ljust(256, "\ufffe"))  # U+FFFE marks a byte without a character

# Letters that writers and keyboards take for each other. A sentence that differs in these alone is the same sentence.
_SAME = {
    **dict.fromkeys("آأإٱ", "ا"),
    **dict.fromkeys("ىئی", "ي"),
    **dict.fromkeys("ةھہە", "ه"),
    "ؤ": "و",
    "ک": "ك",
    **{digit: str(number % 10) for number, digit in enumerate(_DIGITS)},
}


def _encode(text: str) -> bytes:
    """Write a text in the code, the characters that it has not as Python escapes them."""
    return codecs.charmap_encode(text, "backslashreplace", _MAP)[0]


def _code(text: str) -> bytes | None:
    """Write a text in the code, if all its characters are there."""
    if text.isascii():
        return text.encode()
    try:
        return codecs.charmap_encode(text, "strict", _MAP)[0]
    except UnicodeEncodeError:
        return None


def _fold(character: str) -> str:
    """Give what a character is compared as, a space for what only parts words."""
    character = _SAME.get(character, character).lower()
    return character if character.isalnum() else " "


_FOLDED = bytes(_encode(_fold(character))[0] for character in _CHARACTERS) + b" " * (256 - len(_CHARACTERS))
_DROPPED = _encode("ء" + _LOOSE)
# Of letters, which script each is of; all else is dropped.
_SCRIPTS = bytes.maketrans(_encode(_ARABIC + _LATIN), b"a" * len(_ARABIC) + b"l" * len(_LATIN))
_NO_LETTER = bytes(set(range(256)) - set(_encode(_ARABIC + _LATIN)))
_NO_DIGIT = bytes(set(range(256)) - set(_encode("0123456789" + _DIGITS)))

_ANY_LETTER = re.compile(r"[^\W\d_ـ]")
_LATIN_LETTER = re.compile(r"[A-Za-zªºÀ-ÖØ-öø-ʯḀ-ỿ]")
_ARABIC_LETTER = re.compile(
    r"[\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9"
    r"\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc]"
)
# Marks that the code has not, and what cannot be seen.
_MARKS = re.compile(
    r"[\u00ad\u0300-\u036f\u0610-\u061a\u0656-\u065f\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff\u2060-\u206f]"
)
_NO_WORD = re.compile(rf"[^\w{_LOOSE}]|_")


def folded(text: str) -> bytes:
    """Write a text so that two are equal where a reader would call them the same sentence.

    Vowel marks, tatweel and marks of direction go, forms of alef, yeh, hamza and teh marbuta become one, digits
    European, letters small, and punctuation and white space single spaces. A text of punctuation alone stays as it is.
    """
    code = _code(text)
    if code is None:
        code = _encode(_NO_WORD.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())))
    words = code.translate(_FOLDED, _DROPPED).split()
    return b" ".join(words) if words else text.strip().encode("utf-8", "surrogatepass")


@lru_cache(4)  # several measures of a pair ask for the same
def letters(text: str) -> tuple[int, int, int]:
    """Count the Arabic, the Latin and the other letters of a text."""
    code = _code(text)
    if code is None:
        arabic, latin = len(_ARABIC_LETTER.findall(text)), len(_LATIN_LETTER.findall(text))
        return arabic, latin, max(0, len(_ANY_LETTER.findall(text)) - arabic - latin)
    scripts = code.translate(_SCRIPTS, _NO_LETTER)
    arabic = scripts.count(b"a")
    return arabic, len(scripts) - arabic, 0


def digits(text: str) -> bytes:
    """Give the digits of a text in a row, as European ones."""
    code = _code(text)
    if code is None:
        code = codecs.charmap_encode(text, "ignore", _MAP)[0]
    return code.translate(_FOLDED, _NO_DIGIT)
