"""The labels of list items, chapters and articles of law: 1. — أ. — (2). — المادة 5. — الباب الثاني."""

import re

from corpus.split_rules import bare, inflected, words

__all__ = ["LABEL_SIZE", "ORDERED", "is_item", "is_label"]

ORDERED = inflected(
    "فصل باب مادة بند فقرة جزء مجلد عدد قسم ملحق صفحة شكل جدول رقم بيت آية سورة مبحث مطلب درس خطوة ملاحظة قرار فرع",
    ("", "ال", "لل", "بال"),
)
"""Words that a number orders: «الفصل 3. من الكتاب» goes on."""
LABEL_SIZE = 28
"""Characters that a label takes at most, with its vowel signs."""

_ENGLISH_ORDERED = words("Chapter Section Part Article Figure Table Step Item Page No")
_ORDINALS = words(
    "الأول الأولى الثاني الثانية الثالث الثالثة الرابع الرابعة الخامس الخامسة السادس السادسة السابع السابعة الثامن",
    "الثامنة التاسع التاسعة العاشر العاشرة الأخير الأخيرة التمهيدي التمهيدية",
)
_ADVERBS = words("أولا ثانيا ثالثا رابعا خامسا سادسا سابعا ثامنا تاسعا عاشرا")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*|[ivx]{1,4}|[IVX]{1,4}|[A-Za-z]|[\u0621-\u064a](?:[.-]\d{1,3})?")


def is_label(text: str) -> bool:
    """Tell whether the first words of a sentence, up to a full stop, are a label."""
    parts = [bare(word) for word in text.split()]
    if len(parts) == 2 and (parts[0] in ORDERED or parts[0] in _ENGLISH_ORDERED):
        return parts[1] in _ORDINALS or _NUMBER.fullmatch(parts[1]) is not None
    return len(parts) == 1 and (parts[0] in _ADVERBS or _NUMBER.fullmatch(parts[0]) is not None)


_ITEM = re.compile(r"(:)?\s+\(?(\d{1,2})$")
_ITEMS = re.compile(r"(?<![\d.])(\d{1,2})\.\s")


def is_item(text: str) -> bool:
    """Tell whether a clause, up to a full stop, ends with the number of an item: 1 after a colon, or the next one."""
    item = _ITEM.search(text, max(0, len(text) - 8))
    if item is None:
        return False
    number = int(item[2])
    return (number == 1 and item[1] is not None) or any(int(found) == number - 1 for found in _ITEMS.findall(text))
