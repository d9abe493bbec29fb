"""What is wrong with a translation, as far as the source and the target alone can show it.

Each check names a fault that a reader would agree with: the bounds were set on human translations, where nearly every
alarm is a false one, and on the outputs of four systems (`benchmarks/fidelity.py` shows what fires on others). A
check that cannot tell stays silent.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from operator import eq
from unicodedata import normalize

from mt.numbers import extra_numbers, missing_numbers

__all__ = ["FAULTS", "MARKS", "faults", "links", "lost_links"]

FAULTS = {
    "failed": "the engine could not translate the sentence: there is no translation",
    "empty": "the translation is empty though the source is not",
    "untranslated": "the translation is the source itself, still in Arabic",
    "arabic-left-over": "the translation has Arabic letters",
    "repetition": "words, letters or marks go round in a loop that the source does not have",
    "too-short": "the translation is too short for its source: something was left out",
    "too-long": "the translation is too long for its source: something was made up",
    "missing-number": "a number, date or percentage that the source has in digits is in the translation in no form",
    "extra-number": "a number that the translation has in digits is in the source in no form",
    "missing-latin": "a word that the source has in Latin letters is not in the translation",
    "missing-link": "a web or e-mail address or an @name of the source is not in the translation as it stands",
    "html-entity": "a character of the translation is written as in HTML (&quot;), while the source has none such",
    "unbalanced-quotes": "a quotation mark of the translation has no partner, while the source's all have one",
    "missing-term": "a term of the glossary is in the translation neither by itself nor by being put there",
    "weak-alignment": "the reference is little like the sentence's translation: it may belong to another sentence",
}
"""Name of each fault and what it means, in the order in which `faults` gives them."""


def faults(source: str, target: str) -> tuple[str, ...]:
    """Name what is wrong with the English `target` of an Arabic `source`, in the order of `FAULTS`.

    Gives `()` for a translation in which nothing was found, and `("empty",)` alone for one that is blank.
    """
    if not target.strip():
        return ("empty",) if source.strip() else ()
    return tuple([name for name, has in _CHECKS if has(source, target)])


_ARABIC = re.compile(r"[\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdef\ufe70-\ufefc]")
MARKS = re.compile(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]+")
"""Vowel marks and tatweel, which lengthen a text and say nothing."""
_WORD = re.compile(r"\w+")


def _is_untranslated(source: str, target: str) -> bool:
    """Tell whether the target has the source's words and no others, vowel marks and punctuation aside."""
    if not _ARABIC.search(target):
        return False
    return _WORD.findall(MARKS.sub("", source)) == _WORD.findall(MARKS.sub("", target))


def _has_arabic(_source: str, target: str) -> bool:
    """Tell whether there are Arabic letters in the target."""
    return _ARABIC.search(target) is not None


# From how many rounds on a loop of one, two, three … words is a fault: "very, very", "more and more and more" and
# "step by step by step" are English, and so is "a man of the past, for the past was …".
_WORD_ROUNDS = (4, 3, 3, *[2] * 21)
# The same where no mark stands between the rounds: "of the city of the city" is no English.
_UNMARKED_ROUNDS = (4, 3, 2)
_WORD_OR_MARKS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]+(?:\s+[^\w\s]+)*")
# The same for letters within a word ("hahahaha" is English), and how many rounds in the source excuse them.
_LETTER_ROUNDS = (8, 5, 4, *[3] * 9)
_EXCUSING_ROUNDS = (4, 3, *[2] * 10)
# The same for what stands between spaces: marks (. . . .), for one.
_PART_ROUNDS = (8,)
_LETTERS = re.compile(r"[^\s\d]+")
_LONG = 12


def _is_looping(source: str, target: str) -> bool:
    """Tell whether words, letters or marks of the target go round in a loop, far more than those of the source do."""
    lower = target.lower()
    for items, rounds in ((_WORD.findall(lower), _WORD_ROUNDS), (_WORD_OR_MARKS.findall(lower), _UNMARKED_ROUNDS)):
        if _goes_round(items, rounds):
            times = _most_rounds(_WORD.findall(source), len(_WORD_ROUNDS))
            if times == 1 or _goes_round(items, [number * times for number in rounds]):
                return True
    parts = target.split()
    if _spins(parts, _LETTER_ROUNDS, _LONG):
        return not _spins(source.split(), _EXCUSING_ROUNDS, 0)
    return _goes_round(parts, _PART_ROUNDS) and not _goes_round(source.split(), _EXCUSING_ROUNDS)


def _spins(parts: Iterable[str], rounds: Sequence[int], shortest: int) -> bool:
    """Tell whether letters or marks go round in a loop within one of the parts; digits may (1000000000000)."""
    return any(_goes_round(word, rounds) for part in parts if len(part) >= shortest for word in _LETTERS.findall(part))


def _goes_round(items: Sequence[str], rounds: Sequence[int]) -> bool:
    """Tell whether some `n` items in a row come `rounds[n - 1]` times one after the other."""
    repeats = len(items) - len(set(items))
    for n, times in enumerate(rounds, start=1):
        if n > repeats:
            break
        # In a loop each item equals the one n before it, all the way from the second round on.
        if n * (times - 1) <= repeats and b"\1" * (n * (times - 1)) in bytes(map(eq, items, items[n:])):
            return True
    return False


def _most_rounds(items: Sequence[str], longest: int) -> int:
    """Count the rounds of the loop of up to `longest` items that has most of them; 1 where there is no loop."""
    repeats = len(items) - len(set(items))
    return 1 + max(
        max(map(len, bytes(map(eq, items, items[n:])).split(b"\0"))) // n
        for n in range(1, max(2, min(longest, repeats) + 1))
    )


# Characters for each of the source, less or more some slack, which short texts need. Of 16,756 news sentences that
# people translated, two lie below and two above.
_SHORTEST, _SHORT_SLACK = 0.66, 6
_LONGEST, _LONG_SLACK = 2.0, 20


def _is_too_short(source: str, target: str) -> bool:
    """Tell whether the target has fewer characters than any full translation would."""
    if len(target) >= _SHORTEST * len(source) - _SHORT_SLACK:
        return False
    return len(target) < _SHORTEST * len(MARKS.sub("", source)) - _SHORT_SLACK


def _is_too_long(source: str, target: str) -> bool:
    """Tell whether the target has more characters than any plain translation would."""
    return len(target) > _LONGEST * len(source) + _LONG_SLACK


_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"«»“”،؛؟]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|(?<![\w@.])@[a-z]\w{1,30}\b",
    re.IGNORECASE | re.ASCII,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}[0-9]{0,2});")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]")
_LATIN_WORD = re.compile(r"[\dA-Za-zÀ-ÖØ-öø-ɏ]+(?:[-.'’&+/_][\dA-Za-zÀ-ÖØ-öø-ɏ]+)*+")
_ACCENT = re.compile(r"[\u0300-\u036f]+")
# Words that acronyms leave out.
_UNWRITTEN = frozenset({"a", "an", "and", "for", "in", "of", "on", "the", "to"})
_PIECE = re.compile(r"[^\W\d_]+|\d+")


def links(text: str) -> list[tuple[int, int]]:
    """Give the spans of a text's web and e-mail addresses and @names, without the punctuation behind them."""
    if not _may_have_links(text):
        return []
    spans = []
    for found in _LINK.finditer(text):
        link = found[0].rstrip(".,:;!?)")
        closed = found[0][len(link) :].startswith(")") and link.count("(") > link.count(")")  # …/wiki/Arwad_(island)
        spans.append((found.start(), found.start() + len(link) + closed))
    return spans


def lost_links(source: str, target: str) -> list[tuple[int, int]]:
    """Give the spans of those links of the source that are not in the target, letter by letter."""
    folded = target.lower()
    return [(start, end) for start, end in links(source) if source[start:end].lower() not in folded]


def _has_lost_link(source: str, target: str) -> bool:
    """Tell whether a link of the source is not in the target."""
    return bool(lost_links(source, target))


def _has_lost_number(source: str, target: str) -> bool:
    """Tell whether a number of the source, outside of its links, is not in the target."""
    return bool(missing_numbers(_without_links(source), target))


def _has_new_number(source: str, target: str) -> bool:
    """Tell whether a number of the target, outside of its links, is not in the source."""
    return bool(extra_numbers(source, _without_links(target)))


def _has_lost_latin(source: str, target: str) -> bool:
    """Tell whether a word in Latin letters of the source, outside of its links, is not in the target.

    Case, accents, hyphens and a plural s make no difference. Of a word in small letters, which English may inflect
    or translate (fork, forked), only the beginning must be there; units (km) and acronyms (UN) may be written out.
    """
    if not _LATIN.search(source):
        return False
    have = f" {_pieces(target)} "
    lost = [word for word in _LATIN_WORD.findall(_without_links(source)) if not _has_word(word, have)]
    if not lost:
        return False
    initials = "".join(word[0] for word in have.split() if word not in _UNWRITTEN)
    return any(not (word.isalpha() and word.isupper() and word.lower() in initials) for word in lost)


def _has_word(word: str, have: str) -> bool:
    """Tell whether a word is among the pieces of a text, which single spaces part and surround."""
    pieces = _pieces(word)
    if word.isalpha() and word.islower():
        return len(word) <= 3 or f" {pieces[: max(4, len(pieces) - 3)]}" in have
    return not _LATIN.search(word) or f" {pieces} " in have or f" {pieces}s " in have


def _without_links(text: str) -> str:
    """Put a space in the place of each link."""
    return _LINK.sub(" ", text) if _may_have_links(text) else text


def _may_have_links(text: str) -> bool:
    """Tell, at little cost, whether it is worth looking for links."""
    return "@" in text or "://" in text or "www." in text


def _pieces(text: str) -> str:
    """Part the words and the numbers of a text by single spaces, in small letters, without accents."""
    plain = _ACCENT.sub("", normalize("NFKD", _ENTITY.sub(" ", text)))
    return " ".join(_PIECE.findall(plain.lower()))


def _has_new_entity(source: str, target: str) -> bool:
    """Tell whether the target has a character reference of HTML and the source has none."""
    return "&" in target and bool(_ENTITY.search(target)) and not _ENTITY.search(source)


_QUOTES = re.compile('["“”„«»]')


def _has_odd_quotes(source: str, target: str) -> bool:
    """Tell whether the number of double quotation marks is odd in the target and even in the source."""
    return _quotes(target) % 2 == 1 and _quotes(source) % 2 == 0


def _quotes(text: str) -> int:
    """Count the double quotation marks, those written as &quot; or as two apostrophes too."""
    return len(_QUOTES.findall(text)) + text.count("&quot;") + text.count("''")


_CHECKS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("untranslated", _is_untranslated),
    ("arabic-left-over", _has_arabic),
    ("repetition", _is_looping),
    ("too-short", _is_too_short),
    ("too-long", _is_too_long),
    ("missing-number", _has_lost_number),
    ("extra-number", _has_new_number),
    ("missing-latin", _has_lost_latin),
    ("missing-link", _has_lost_link),
    ("html-entity", _has_new_entity),
    ("unbalanced-quotes", _has_odd_quotes),
)
