"""What the model sees of a sentence; the original is never changed.

`normalize` holds for every Marian model: letters without marks and decorations, and the punctuation of Moses'
`normalize-punctuation.perl`, with which the texts were treated that OPUS-MT's models were trained on. `Normalizer.of`
adds what a model's vocabulary asks for. Each rule says which fault it prevents; `mt.english` does the same for what
comes out of a model.

Left alone are letters that Arabic borrows for foreign names (پ چ ژ ڤ گ), as long as the model knows them, and text
that was read in a wrong encoding: that is to be mended in the file.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from re import Match, Pattern

from mt.vocabulary import UNKNOWN, Vocabulary

__all__ = ["EMOJI", "Normalizer", "has_arabic", "normalize"]

_PICTURES = "\u2300-\u23ff\u2600-\u275a\u275f-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
EMOJI = re.compile(f"[{_PICTURES}][{_PICTURES}\u200d\u20e3\ufe0e\ufe0f\U000e0020-\U000e007f]*")
"""A run of pictures. Models answer them with nonsense: they go around the model (`mt.english.with_emoji`)."""

# What is taken out of words.
_VOWELS = "\u064b-\u065f\u0670"  # vocalised text shatters into rare pieces; loose madda and hamza, superscript alef
_NOTES = "\u0610-\u061a\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff\ufd40-\ufd4f"  # honorifics, Koranic marks
_INVISIBLE = (
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # joiners, and marks of direction: embeddings, overrides, isolates
    "\u00ad\u034f\u180e\u20e3\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"  # soft hyphen, keycap, BOM, tags
)
_LOOSE = re.compile(f"[{_NOTES}{_INVISIBLE}]")
_LOOSE_AND_VOWELS = re.compile(f"[{_VOWELS}{_NOTES}{_INVISIBLE}]")

# What keyboards and typesetters write in many ways, and models know in one.
_SIGNS = {
    sign: seen
    for signs, seen in (
        ("“”„‟«»《》「」『』❝❞﴿﴾", '"'),  # Moses has one double quote
        ("‘’‚‛‹›`′ʼ", "'"),  # and one single one
        ("–‒−‐━", "-"),
        ("—―⸺", " - "),
        ("⁄", "/"),  # NFKC writes ½ as 1⁄2
        ("∶", ":"),
        ("、", ","),
        ("。۔", "."),
        ("٭", "*"),
        ("یے", "ي"),  # Persian, Urdu and Kurdish keyboards: the same letter by another code
        ("کڪ", "ك"),
        ("ھہەۀۂ", "ه"),
        ("ۃ", "ة"),
        ("ں", "ن"),
        ("\u06dd\u06de\u06e9", " "),  # ornaments between verses
    )
    for sign in signs
}
_SIGNS |= {chr(0x6F0 + digit): chr(0x660 + digit) for digit in range(10)}  # a Persian keyboard's digits
_SIGNS["﷽"] = "بسم الله الرحمن الرحيم"  # the one ligature of words that NFKC leaves whole
# Control characters, white space that NFKC leaves, private characters (a symbol font's bullets, for one) and pictures:
# they part words at most.
_SIGN = re.compile(f"[{''.join(map(re.escape, _SIGNS))}\x00-\x1f\x7f-\x9f\u1680\u2028\u2029\ue000-\uf8ff{_PICTURES}]")

# What NFKC would spoil: ™ becomes two letters of the word before it, ´ a space and an accent.
_SPOILT = {"®": "", "℠": "", "™": "", "´": "'", "″": '"', "‑": "-"}
# A raised or lowered digit, a number in a circle or a fraction may not lengthen a number: 10⁶ is no 106, 5½ no 51/2.
_BEFORE_NFKC = re.compile(f"[{''.join(_SPOILT)}²³¹⁰⁴-⁹₀-₉¼-¾⅐-⅞①-⑳]")
# Both yehs without dots take a hamza like yeh itself, for which Unicode has no composition.
_YEH_HAMZA = re.compile("[\u0649\u06cc]\u0654")
# A Persian keyboard's yeh at a word's end is alef maksura in some frequent words (94 % of such ends come out
# right, 65 % without this list).
_FINAL_YEH = re.compile(r"\b([وف]?(?:عل|إل|ال|حت|مت|لد|سو|مد|إحد|أخر|الأخر|الأول|معن|المعن|مستو|المستو|مصطف|موس))ی\b")
# A zero-width non-joiner is seen as a gap after a letter that would join the next, and not at all after others.
_GAP = re.compile("(?<=[بتثجحخسشصضطظعغفقكلمنهيئپچڤگیکھہ])\u200c(?=[\u0621-\u063a\u0641-\u064a\u0671-\u06d3])")

_ENTITY = re.compile(
    r"&(?:(?:amp|#0*38|#[xX]0*26);)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});"  # &amp;quot; too
)

# Rows that models answer with more of the same, or by leaving out what follows.
_LETTER = rf"[^\W\d_]|[{_VOWELS}]"
_DASH = re.compile(rf"(?<!{_LETTER})ـ+(?!{_LETTER})")
_BLANKS = re.compile(r"_{4,}|·{4,}|•{4,}")
_NEIGHBOURS = re.compile(r"[.,;،؛!?؟=+*#~|/\\<>^·-] ?[.,;،؛!?؟=+*#~|/\\<>^·-]")
_LEADERS = re.compile(r"\.(?: ?\.){3,}")
_REPEATED = re.compile(r"([،؛,;])(?: ?\1)+")
_EXCLAIMED = re.compile(r"[!?؟][!?؟]+")
_ROW = re.compile(r"([-=+*#~|/\\<>^·•])\1{3,}")

_AFTER_BRACKET = re.compile(r"\) (?=[.!:?;,])")  # Moses knows no Arabic marks: these stay apart from a bracket
_AFTER_BRACKET_ARABIC = re.compile(r"\) (?=[.!:?;,،؛؟])")
_PERCENT = re.compile(r"(?<=\d) (?=%)")

# How to write what a model has no piece for: by the nearest letter, the western sign or a word.
_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_SPELLINGS = {
    **dict(zip("پچژڤڥگڭڨۆێېڵڕ", "بجزففككقوييلر", strict=True)),
    **dict(zip(_DIGITS, "0123456789", strict=True)),
    **dict(zip("،؛؟٪٫٬", ",;?%.,", strict=True)),
    "%": " بالمئة ",
    "°": " درجة ",
    "$": " دولار ",
    "€": " يورو ",
    "£": " جنيه ",
}
_VOCALISED = "كَتَبَ الوَلَدُ الدَّرْسَ فِي المَدْرَسَةِ ثُمَّ ذَهَبَ إِلَى البَيْتِ مَعَ أُخْتِهِ الصَّغِيرَةِ"

# Letters alone: no tatweel, which serves as a dash, no marks and no ornate brackets, not as presentation forms either.
_ARABIC = re.compile(
    r"[\u0620-\u063F\u0641-\u064A\u066E\u066F\u0671-\u06D3\u06D5\u06EE\u06EF\u06FA-\u06FF\u0750-\u077F"
    r"\uFB50-\uFBB1\uFBD3-\uFC5D\uFC64-\uFCF1\uFCF5-\uFD3D\uFD50-\uFDFD\uFE80-\uFEFC]"
)


def has_arabic(text: str) -> bool:
    """Tell whether the text holds an Arabic letter; digits and punctuation don't count."""
    return _ARABIC.search(text) is not None


def normalize(text: str) -> str:
    """Give the text as any model should see it: one line, bare letters, Moses' punctuation.

    Idempotent, linear in time, and never without letters where the text has some.
    """
    return _punctuated(_spelled(text, vowels=False), moses=True)


@dataclass(frozen=True, slots=True)
class Normalizer:
    """What one model sees of a sentence: `normalize` and what its vocabulary asks for.

    `moses` tells whether a closing bracket stands apart from an Arabic comma, as Moses has it, and `vowels` whether
    vowel marks stay. `unknown` finds the characters that the model has no piece for, each of which would become an
    `<unk>`, and models write anything for these; `spellings` says how to write some of them.
    """

    moses: bool
    vowels: bool
    unknown: Pattern[str]
    spellings: Mapping[str, str]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "Normalizer":
        """Make the normaliser that suits a vocabulary, by what the vocabulary makes of a few characters and words.

        Vowel marks stay where they cost no `<unk>` and at most half as many pieces again. A vocabulary made of Moses'
        text can have no piece of a closing bracket with an Arabic comma.
        """
        moses = ")،" not in vocabulary.numbers
        known = {body for piece in vocabulary.numbers if len(body := piece.removeprefix("▁")) == 1}
        if not known.issuperset(_DIGITS):
            known.difference_update(_DIGITS)  # some of a number's digits alone would be another number
        spellings = {sign: seen for sign, seen in _SPELLINGS.items() if known.issuperset(seen.replace(" ", ""))}
        vocalised, bare = vocabulary.encode(_VOCALISED), vocabulary.encode(normalize(_VOCALISED))
        vowels = UNKNOWN not in vocalised and len(vocalised) <= 1.5 * len(bare)
        return cls(moses, vowels, re.compile(f"[^ {''.join(map(re.escape, sorted(known)))}]"), spellings)

    def __call__(self, text: str) -> str:
        """Give the text as the model should see it; idempotent as `normalize` is."""
        plain = self.unknown.sub(self._known, _spelled(text, vowels=self.vowels))
        return _punctuated(plain, moses=self.moses)

    def _known(self, unknown: Match[str]) -> str:
        """Write an unknown character by known ones: other signs go, letters and digits stay."""
        sign = unknown[0]
        if sign in self.spellings:
            return self.spellings[sign]
        base = unicodedata.normalize("NFD", sign)[0]  # é is an e to one who knows no é
        if base != sign and not self.unknown.match(base):
            return base
        if sign.isalnum() or sign == "ـ":
            return sign
        return "" if unicodedata.combining(sign) else " "


def _spelled(text: str, *, vowels: bool) -> str:
    """Write letters and signs in the one way that models know, with or without vowel marks."""
    loose = _LOOSE if vowels else _LOOSE_AND_VOWELS
    while True:
        if "\u200c" in text:
            text = _GAP.sub(" ", text)
        text = text.replace("\u00a0", " ").replace("…", "...")  # as NFKC would, but far sooner
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", _BEFORE_NFKC.sub(_unspoilt, text))
        if "\u0654" in text:
            text = _YEH_HAMZA.sub("ئ", text)
        if loose.search(text):  # what goes may have stood between a letter and its accent
            text = unicodedata.normalize("NFKC", "".join(loose.split(text)))
        if not vowels:
            text = text.replace("ٱ", "ا")  # its sign of elision is a mark like the others
        if "ی" in text:
            text = _FINAL_YEH.sub(r"\1ى", text)
        text = _SIGN.sub(_seen, text)
        # Entities are decoded, since what is scraped off the web is full of them; what they stood for is next.
        if "&" not in text or (decoded := _ENTITY.sub(_decoded, text)) == text:
            return text
        text = decoded


def _unspoilt(sign: Match[str]) -> str:
    """Write a sign so that NFKC leaves the meaning alone."""
    if sign[0] in _SPOILT:
        return _SPOILT[sign[0]]
    follows_digit = sign.start() > 0 and sign.string[sign.start() - 1].isdecimal()
    return f" {sign[0]}" if follows_digit else sign[0]


def _seen(sign: Match[str]) -> str:
    """Give what a model sees of a sign, a space for those that say nothing to it."""
    return _SIGNS.get(sign[0], " ")


def _decoded(entity: Match[str]) -> str:
    """Give the character of an entity, or the entity itself if there is none of this name."""
    return unescape(f"&{entity[1]};")


def _punctuated(text: str, *, moses: bool) -> str:
    """Space and thin out the punctuation as Moses has it; the text becomes one line."""
    if "ـ" in text:
        text = _DASH.sub(lambda row: "-" if len(row[0]) < 4 else "...", text).replace("ـ", "")
    if "__" in text or "··" in text or "••" in text:
        text = _BLANKS.sub("...", text)
    text = text.replace("''", '"')
    if "(" in text or ")" in text:
        text = text.replace("(", " (").replace(")", ") ")
    if "  " in text:
        text = " ".join(text.split())
    text = text.strip()
    if "(" in text or ")" in text:
        text = (_AFTER_BRACKET if moses else _AFTER_BRACKET_ARABIC).sub(")", text).replace("( ", "(").replace(" )", ")")
    if " %" in text:
        text = _PERCENT.sub("", text)
    text = text.replace(" :", ":").replace(" ;", ";")
    if _NEIGHBOURS.search(text):
        text = _EXCLAIMED.sub(lambda marks: "".join(dict.fromkeys(marks[0])), text)
        text = _REPEATED.sub(r"\1", text)
        text = _ROW.sub(r"\1", text)
        text = _LEADERS.sub("...", text)
    return text
