"""Old encodings of Arabic text, told by the letters that they would make of the bytes."""

import math
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_LE
from collections import Counter
from functools import cache
from itertools import pairwise

__all__ = ["suggest_encoding", "wide_encoding"]

# What is left open between two encodings the commoner one gets: the head start of each, in nats.
_PRIORS = {"windows-1256": 4, "iso-8859-6": 1, "cp720": 0.0, "mac-arabic": 0.0}
_SAMPLE = 1 << 16  # bytes that are looked at
_ALPHABET = 36

_COMMON = """
في من على إلى أن التي الذي الذين عن مع هذا هذه تلك ما كان كانت كانوا لم لن لا قد بعد قبل بين كل ذلك أو ثم حيث أي هو هي
هم هن نحن أنا أنت كما لكن ولكن إذا حتى منذ خلال عند غير السيد الرئيس الدكتور الحكومة العام المدينة المدرسة البلاد
الناس العمل اليوم أمس غدا سنة الماء الشارع الأول الثاني الثالث العربية الكبير الجديد الجديدة عمل وقت قال وقال قالت
وقالت أضاف وأضاف أعلن أعلنت أكد يوم الأحد الاثنين الثلاثاء الخميس الجمعة شهر عدد شخص مليون ألف مئة نحو أكثر أقل أحد
بها فيها لها له به عليه عليها إنه أنه أنها وهو وهي وفي ومن وكان جدا مرحبا شكرا السلام عليكم مساء صباح الخير المؤسسة
الوزير وزارة لجنة تطوير مستوى شؤون رئيس أبناء يتم تكون يكون سوف ليس كيف لماذا متى أين مثل بسبب أثناء ضمن طريق حول فقط
أيضا معلومات خطة صفحة كتاب كلمة بيت ولد بنت نساء رجال أطفال ظهر ضد ذات تحت فوق عاد بدأ وصل يمكن يجب لدى لديه بلغ
العالم الدولة المنطقة الشركة السوق مصر القاهرة دمشق بغداد بيروت عمان تونس المغرب الجزائر السودان اليمن الخليج البحر
النهر الشمس القمر الأرض السماء الطعام القهوة اللغة الثقافة المسرح الموسيقى الرياضة المباراة الفريق اللاعب الطبيب
المستشفى المريض الجامعة الطلاب الأستاذ الباحثون العلماء دراسة نتائج مشروع افتتاح زيارة سفر مطار قطار سيارة حافلة أسعار
اقتصاد سياسة انتخابات برلمان قانون
"""

_LETTER = re.compile("[\u0621-\u064a]")
_BROKEN = re.compile("(?<=[\u0621-\u064a])[^\\w\\s](?=[\u0621-\u064a])")  # a sign in the middle of a word
_MARKS = frozenset(map(chr, range(0x64B, 0x653))) | {"ـ"}
_SIGNS = frozenset("،؛؟٠١٢٣٤٥٦٧٨٩٪«»…“”–—‘’•\u200e\u200f\xa0")


def wide_encoding(data: bytes) -> str | None:
    """Name the encoding of text in two or four bytes a character, None for any other.

    It is told by its byte-order mark, else by the high bytes: nine of ten belong to Arabic, Latin or punctuation.
    """
    if data.startswith(BOM_UTF32_LE):
        return "utf-32"
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    units = len(data) // 2
    for name, high in (("utf-16-le", data[1 : 2 * units : 2]), ("utf-16-be", data[0 : 2 * units : 2])):
        if b"\x06" in high and sum(map(high.count, b"\x00\x06\x20")) >= 0.9 * units:
            return name
    return None


def suggest_encoding(data: bytes) -> str | None:
    """Name the encoding in which the bytes are most likely Arabic, None where they aren't in any.

    The candidates are UTF-8, UTF-16 and the four of `_PRIORS` that old Arabic files are in. Each is judged by the
    pairs of neighbouring letters that it would make of the bytes, against those of common words. Where two make the
    same text (short ones in ISO 8859-6 and MacArabic are often alike), the commoner one is named.
    """
    wide = wide_encoding(data)
    if wide:
        return wide
    sample = data[:_SAMPLE]
    try:
        sample.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        if error.start >= len(sample) - 3 and len(data) > len(sample):  # a character cut in two by the sample
            return "utf-8"
    else:
        return "utf-8"
    scores = {name: score for name in _PRIORS if (score := _score(sample, name)) is not None}
    return max(scores, key=scores.__getitem__, default=None)


def _score(data: bytes, encoding: str) -> float | None:
    """Give the log-likelihood of the text in an encoding; None where it's no text in it, or hardly Arabic."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    arabic = len(_LETTER.findall(text))
    if 2 * arabic <= sum(not char.isascii() for char in text) or 4 * arabic < sum(map(str.isalpha, text)):
        return None
    total = _PRIORS[encoding] - 4 * len(_BROKEN.findall(text))
    before = " "
    for char in text:
        if _LETTER.match(char):
            total += _likelihood(before, char)
            before = char
        elif char in _MARKS:
            total -= 2
        elif char.isascii() or char in _SIGNS:
            if before != " ":
                total += _likelihood(before, " ")
            total -= 0 if char.isspace() else 3
            before = " "
        else:
            total -= 9
            before = " "
    return total


@cache
def _counts() -> tuple[Counter[str], Counter[str]]:
    """Count the letters of the common words, and the pairs of neighbours, a space at both ends of each word."""
    words = [f" {word} " for word in _COMMON.split()]
    pairs = Counter(a + b for word in words for a, b in pairwise(word))
    return Counter(char for word in words for char in word[:-1]), pairs


@cache
def _likelihood(before: str, char: str) -> float:
    """Give the log-probability of a letter after another, smoothed with that of the letter alone."""
    letters, pairs = _counts()
    alone = (letters[char] + 0.5) / (letters.total() + _ALPHABET / 2)
    weight = 10.0  # pairs that the letter alone counts for
    return math.log((pairs[before + char] + weight * alone) / (letters[before] + weight))
