"""Whether an English translation still has the numbers of its Arabic source.

Numbers are compared by value, not by spelling: ٢٫٥ مليون is 2.5 million and 2,500,000; 15 is fifteen; 29.08.2024 is
August 29, 2024; 15:30 is 3:30 p.m. A value is a key, its significant digits and a power of ten (`25e5`), so that
numbers of any length are compared in linear time and without rounding. A day or a year beside a month's Arabic name
(12 أغسطس/آب) is a date, and 50% is fifty of something that says per cent, or a half.

Numbers in words are read in English alone, as what digits of the source may have become. Signs are left aside: English
has too many ways of putting them ("five below zero"). Where a spelling can be read in two ways (1.250), either will do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["extra_numbers", "missing_numbers"]

# What can begin at a digit, of any script.
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(
    r"(?P<date>\d{1,4}(?P<mark> ?[./-] ?)\d{1,2}(?P=mark)\d{1,4}(?![./-]?\d))"
    r"|(?P<pair>\d{1,2}/\d{1,2}(?![./-]?\d))"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?!,?\d))"
    # Arabic documents of the United Nations write 1,500 as 500 1.
    r"|(?P<reversed>\d{3}(?:[ \u00a0]\d{3})*+[ \u00a0]\d{1,2}(?!\d))"
    r"|(?P<number>\d+(?:[.,٫٬،]\d+)*+(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))*+)"
)
_REFERENCE_BEFORE = re.compile(r"&#x?\Z", re.IGNORECASE)
_SPACE = re.compile(r"\s")
_GROUPS = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_YEAR_BEFORE = re.compile(r"\d{4}[-/‐‑–—]\Z")
# A digit after a unit of length (مم2, km2) is its exponent.
_UNIT_BEFORE = re.compile(r"(?:\A|[\W\d_])(?:[كسم]?م|[kcm]?m)\Z")
# What multiplies the number before it: a word, in either language, or an abbreviation that may be one (5m).
_POWER = re.compile(
    r"[ \u00a0\u202f-]?"
    r"(?:(?P<p2>hundred)|(?P<p3>thousands?|[أا]لف|[آا]لاف)|(?P<p6>millions?|مليون|ملايين)"
    r"|(?P<p9>billions?|مليارات|مليار|بليون|بلايين)|(?P<p12>trillions?|تري?ليونات|تري?ليون)"
    r"|(?P<a3>k)|(?P<a6>m|ml?n)|(?P<a9>bn?)|(?P<a12>tr?n))"
    r"[\u064b-\u0652]*[اي]?[\u064b-\u0652]*(?![^\W\d_])",
    re.IGNORECASE,
)
# A number that English adds up: "مليون و800 ألف" becomes 1.8 million. Such a one is left aside.
_SUM_SIGN = re.compile(r"\sو\d")
_ENDING = r"[\w\u064b-\u0652]{0,3}"
_SUM = re.compile(
    r"(?:(?<!\d)\d++\s)?(?:"
    rf"(?:مليون|ملايين){_ENDING}\s{{1,2}}و\d++\s(?:[أا]لف|[آا]لاف)"
    rf"|(?:مليار|بليون|بلايين){_ENDING}\s{{1,2}}و\d++\s(?:مليون|ملايين)"
    rf"|تري?ليون{_ENDING}\s{{1,2}}و\d++\s(?:مليار|بليون|بلايين)"
    rf"|\b\w?\w?(?:[أا]لف|[آا]لاف){_ENDING}\s{{1,2}}و\d{{1,3}}+(?!\s?(?:[أا]لف|[آا]لاف|ملي|ملايين|بليون))"
    r")"
)

# The months as Arabs name them from Iraq to Morocco; two names may stand side by side (يونيو/حزيران).
_ARABIC_MONTHS = (
    "يناير|جانفي|كانون (?:ال)?ثاني?",
    "فبراير|شباط|فيفري",
    "مارس|[آا]ذار",
    "[أإا]بريل|نيسان|[أا]فريل",
    "ماي|مايو|[أا]يار",
    "يونيو|يونيه|حزيران|جوان",
    "يوليو|يوليه|يوليوز|تموز|جويلية",
    "[أا]غسطس|[آا]ب|غشت|[أا]وت",
    "سبتمبر|[أا]يلول|شتنبر",
    "[أا]كتوبر|تشرين (?:ال)?[أا]ول",
    "نوفمبر|تشرين (?:ال)?ثاني?|نونبر",
    "ديسمبر|كانون (?:ال)?[أا]ول|دجنبر",
)
_MONTH = "|".join(f"(?P<m{month}>{names})" for month, names in enumerate(_ARABIC_MONTHS, start=1))
_MONTH_AFTER = re.compile(rf" (?:من )?(?:شهر )?(?:{_MONTH})\b")
_MONTH_BEFORE = re.compile(rf"\b[وفبلك]?(?:{_MONTH}) (?:من )?(?:عام |سنة )?\Z")
_MONTH_REACH = 24
_PERCENT_AFTER = re.compile(r" ?(?:[%٪]|(?:في |ب)(?:ال)?م(?:ئ|ائ)ة\b)")
_PERCENT_BEFORE = re.compile(r"[%٪] ?\Z")
_PERCENT = re.compile(
    r"%|per\W?cent|pct|\b(?:out of|in) (?:\w+ )?(?:ten|hundred|thousand|10|100|1,?000)\b", re.IGNORECASE
)

# What Arabic words for numbers above twelve have in them, with the hours of the afternoon and names that English writes
# with a number; but not Tuesday, Wednesday, "price" or "use".
_ARABIC_WORD = re.compile(
    "ثلاث(?!اء)|ثالث|ثلث|[أا]ربع(?!اء)|رابع|ربع(?!اء)|خمس|خامس|سادس|سدس|سبع|سابع|ثمان|ثامن|تسع|تاسع|عشر|عاشر"
    r"|\b[وفبلك]?(?:ال|لل)?ست(?:ة|مئة|مائة)?\b|ستين|ستون"
    "|مئ|مائة|مائت|[أا]لف|[آا]لاف|ملي|ملايين|بليون|بلايين|تري?ليون|نصف|قرن|قرون|عقد[اي]ن|عقود|ظهر[اي]|الظهر"
    "|كوفيد|كورونا"
)
_MARKS = re.compile(r"[\u0640\u064b-\u0652]+")

_SMALL = (
    "zero no none nil",
    "one first once single sole",
    "two second twice double doubled both pair couple twin twofold",
    "three third thrice triple tripled trio threefold",
    "four fourth quadruple quadrupled fourfold",
    "five fifth fivefold",
    "six sixth sixfold",
    "seven seventh sevenfold",
    "eight eighth eightfold",
    "nine ninth ninefold",
    "ten tenth tenfold",
    "eleven eleventh",
    "twelve twelfth noon midnight",
    "thirteen thirteenth",
    "fourteen fourteenth",
    "fifteen fifteenth",
    "sixteen sixteenth",
    "seventeen seventeenth",
    "eighteen eighteenth",
    "nineteen nineteenth",
)
_TENS = "twent thirt fort fift sixt sevent eight ninet"
# Words below a hundred, in tenths, so that a half is a whole number too; with the plurals that fractions have.
_VALUES = {
    word + ending: 10 * value for value, words in enumerate(_SMALL) for word in words.split() for ending in ("", "s")
} | {
    stem + ending: 100 * value
    for value, stem in enumerate(_TENS.split(), start=2)
    for ending in ("y", "ies", "ieth", "ieths")
}
_VALUES["half"] = 5
del _VALUES["seconds"]
# Words that multiply what stands before them ("two dozen").
_POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_MULTIPLES = {
    word + ending: multiple
    for word, multiple in (*((word, 10**power) for word, power in _POWERS.items()), ("dozen", 12), ("decade", 10))
    for ending in ("", "s", "th", "ths")
} | {"century": 100, "centuries": 100}
_LARGEST = 10**18
_FILLERS = frozenset({"a", "an", "and", "of"})
_WORD = re.compile(r"[a-z]+|[.,;:()]")
_MONTHS = (
    "jan january",
    "feb february",
    "mar march",
    "apr april",
    "may",
    "jun june",
    "jul july",
    "aug august",
    "sep sept september",
    "oct october",
    "nov november",
    "dec december",
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as written and the keys that stand for it: any of `wholes`, or one of each of `pieces`.

    `power` is the power of ten that a word after it says (2.5 million: 6), or 0; `percent` tells of a percent sign.
    """

    text: str
    wholes: frozenset[str]
    pieces: tuple[frozenset[str], ...] = ()
    power: int = 0
    percent: bool = False

    def is_in(self, keys: set[str]) -> bool:
        """Tell whether one of the number's forms is among the keys of a text.

        With a power, the number alone will do where the text has that power elsewhere ("340 to 500 million").
        """
        if self.power:
            if any(_shifted(key, self.power) in keys for key in self.wholes):
                return True
            if f"power {self.power}" not in keys:
                return False
        if not keys.isdisjoint(self.wholes):
            return True
        return bool(self.pieces) and not any(keys.isdisjoint(piece) for piece in self.pieces)


def missing_numbers(source: str, target: str) -> tuple[str, ...]:
    """List the numbers of the source, as written and in order, of which the target has no form.

    A number that the source has twice is looked for once. Takes time linear in both lengths.
    """
    if not _DIGIT.search(source):
        return ()
    if _SUM_SIGN.search(source):
        source = _SUM.sub(" ", source)
    wanted = {number.text: number for number in _numbers(source)}
    keys = set(_digit_keys(target))
    # 50 for 50% is no translation, while a half is one.
    bare = any(number.percent for number in wanted.values()) and not _PERCENT.search(target)
    missing = [number for number in wanted.values() if not number.is_in(keys) or (bare and number.percent)]
    if missing:
        words = set(_word_keys(target))
        both = words | keys
        missing = [number for number in missing if not number.is_in(words if bare and number.percent else both)]
    return tuple(number.text for number in missing)


def extra_numbers(source: str, target: str) -> tuple[str, ...]:
    """List the numbers that the target has in digits, as written and in order, and the source in no form.

    Only numbers above twelve are listed, 24 (round the clock) aside, and none where the source has a number in words:
    what Arabic says by a word or by the form of one, English may say in digits. Takes time linear in both lengths.
    """
    numbers = [number for number in _numbers(target) if _is_telling(number.text)]
    if not numbers:
        return ()
    keys = set(_digit_keys(source))
    extra = tuple(number.text for number in numbers if not number.is_in(keys))
    return () if extra and _ARABIC_WORD.search(_MARKS.sub("", source)) else extra


def _is_telling(text: str) -> bool:
    """Tell whether some of the digits stand for more than twelve, 24 aside."""
    groups = (group.lstrip("0") for group in _GROUPS.findall(_ascii(text)))
    return any(len(group) > 2 or (len(group) == 2 and group > "12" and group != "24") for group in groups)


# Both directions of the comparison read both texts.
@lru_cache(maxsize=4)
def _numbers(text: str) -> tuple[_Number, ...]:
    """Find the numbers that are written in digits, Arabic or English."""
    return tuple(_read(text))


def _read(text: str) -> Iterator[_Number]:
    """Read the numbers of a text, one after the other."""
    end = 0
    while (digit := _DIGIT.search(text, end)) and (match := _TOKEN.match(text, digit.start())):
        start, end = match.span()
        if _REFERENCE_BEFORE.search(text, max(0, start - 3), start):
            continue
        written = match[0]
        groups = _GROUPS.findall(written if written.isascii() else _ascii(written))
        match match.lastgroup:
            case "date":
                yield _Number(written, frozenset(), tuple(map(_date_piece, groups)))
            case "pair":
                # "A fifth" says no one.
                pieces = groups[1:] if groups[0] == "1" else groups
                yield _Number(written, frozenset(), tuple(map(_date_piece, pieces)))
            case "time":
                yield _Number(written, frozenset({_key("".join(groups))}), _clock(groups))
            case "reversed":
                yield _Number(
                    written,
                    frozenset({_key("".join(reversed(groups)))}),
                    tuple(frozenset({_key(group)}) for group in groups),
                )
            case "number":
                yield from _plain(text, start, end, groups)


def _plain(text: str, start: int, end: int, groups: list[str]) -> Iterator[_Number]:
    """Read the number at `start:end`, given its groups of digits, with what stands around it."""
    if end - start == 1 and _UNIT_BEFORE.search(text, max(0, start - 3), start):
        return
    wholes = set()
    pieces: tuple[frozenset[str], ...] = ()
    if len(groups) == 1:
        wholes.add(_key(groups[0]))
        if len(groups[0]) == 2 and (year := _YEAR_BEFORE.search(text, max(0, start - 5), start)):
            wholes.add(_key(_ascii(year[0][:2]) + groups[0]))
    else:
        wholes.add(_key("".join(groups[:-1]), groups[-1]))
        if len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]):
            wholes.add(_key("".join(groups)))
            if _SPACE.search(text, start, end):
                wholes.add(_key("".join(reversed(groups))))
        is_clock = len(groups) == 2 and len(groups[0]) <= 2 and len(groups[1]) == 2
        pieces = _clock(groups) if is_clock else tuple(map(_date_piece, groups))
    if len(groups) == 1 and len(groups[0]) in (1, 2, 4) and (month := _month_beside(text, start, end)):
        yield _Number(text[start:end], frozenset(), (frozenset(wholes), frozenset({month})))
        return
    percent = bool(_PERCENT_AFTER.match(text, end) or _PERCENT_BEFORE.search(text, max(0, start - 2), start))
    power = 0
    if (follower := _POWER.match(text, end)) and follower.lastgroup:
        power = int(follower.lastgroup[1:])
        if follower.lastgroup.startswith("a"):
            wholes |= {_shifted(key, power) for key in wholes}
            power = 0
    yield _Number(text[start:end], frozenset(wholes), pieces, power, percent)


def _month_beside(text: str, start: int, end: int) -> str | None:
    """Give the key of the month whose Arabic name goes with the number at `start:end`: a day, or a year."""
    if end - start <= 2:
        found = _MONTH_AFTER.match(text, end)
    else:
        found = _MONTH_BEFORE.search(text, max(0, start - _MONTH_REACH), start)
    return f"month {found.lastgroup[1:]}" if found and found.lastgroup else None


def _clock(groups: list[str]) -> tuple[frozenset[str], ...]:
    """Give the keys of hours, minutes and seconds: the hours of either half of the day, no full hour's minutes."""
    hour = int(groups[0])
    hours = frozenset(_key(str(value)) for value in {hour, hour - 12, hour + 12} if value == hour or 0 <= value <= 24)
    return (hours, *(frozenset({_key(group)}) for group in groups[1:] if int(group)))


def _date_piece(group: str) -> frozenset[str]:
    """Give the keys of a piece of a date: a number, a month by name, a year of two or four digits."""
    keys = {_key(group)}
    if len(group) <= 2:
        keys |= {f"month {int(group)}", _key(f"20{group:>02}"), _key(f"19{group:>02}")}
    elif len(group) == 4:
        keys.add(_key(group[2:]))
    return frozenset(keys)


def _key(whole: str, fraction: str = "") -> str:
    """Write a number, given its digits before and after the point, as significant digits and a power of ten."""
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    return f"{significant}e{len(digits) - len(significant) - len(fraction)}" if significant else "0"


def _shifted(key: str, power: int) -> str:
    """Multiply a key by a power of ten."""
    digits, _, exponent = key.partition("e")
    return f"{digits}e{int(exponent) + power}" if exponent else key


def _ascii(text: str) -> str:
    """Write digits of any script as 0 to 9."""
    return "".join(str(int(character)) if character.isdecimal() else character for character in text)


def _digit_keys(text: str) -> Iterator[str]:
    """Give the keys of the numbers that a text has in digits, in every reading."""
    for number in _numbers(text):
        yield from number.wholes
        # In English 948,300 is one number, and no 948 and 300.
        if not _GROUPED.fullmatch(number.text):
            yield from frozenset().union(*number.pieces)
        if number.power:
            yield f"power {number.power}"
            yield from (_shifted(key, number.power) for key in number.wholes)


def _word_keys(text: str) -> Iterator[str]:
    """Give the keys of the numbers, months and powers that an English text has in words or in Roman letters."""
    for roman in _ROMAN.findall(text):
        yield _key(str(_ROMANS[roman]))
    words = _WORD.findall(text.lower())
    for word in words:
        yield from _MEANINGS.get(word, ())
    # "A hundred and fifty" is one number, "between twenty and five" is two: both readings.
    for joining in (True, False):
        for tenths in _sums(words, joining):
            yield _key(str(tenths)[:-1], str(tenths)[-1])


def _sums(words: list[str], joining: bool) -> Iterator[int]:
    """Add up the number words of a text, in tenths; `joining` tells whether "and" joins them."""
    total = group = 0
    inside = False
    for word in words:
        value = _VALUES.get(word)
        if value is not None:
            # Units follow hundreds and tens, tens follow hundreds; all else begins a number of its own.
            if inside and (group % 1000 and (value >= 100 or group % 100 or group % 1000 < 200)) and value != 5:
                yield total + group
                total = group = 0
            group += value
            inside = True
        elif word in _MULTIPLES:
            multiple = _MULTIPLES[word]
            group = (group or 10) * multiple
            if multiple >= 1000 or group >= _LARGEST:
                total, group = total + group, 0
            inside = True
        elif inside and (word not in _FILLERS or (word == "and" and not joining)):
            yield total + group
            total = group = 0
            inside = False
    if inside:
        yield total + group


# Numbers of kings, ships and rockets, which Arabic may write in digits; "I" is mostly no number.
_ROMANS = {
    ten + unit: 10 * tens + units
    for tens, ten in enumerate(("", "X", "XX"))
    for units, unit in enumerate(("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"))
    if ten + unit not in ("", "I")
}
_ROMAN = re.compile(rf"\b(?:{'|'.join(_ROMANS)})\b")

# What a word says by itself, besides its place in a sum: a month, a power of ten, half past, half of it (50%).
_MEANINGS = (
    {name: (f"month {month}",) for month, names in enumerate(_MONTHS, start=1) for name in names.split()}
    | {word + ending: (f"power {power}",) for word, power in _POWERS.items() for ending in ("", "s")}
    | {"half": ("2e0", "3e1", "5e1"), "quarter": ("4e0", "15e0", "25e0"), "quarters": ("4e0", "45e0", "75e0")}
)
