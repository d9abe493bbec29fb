"""Addresses stand in a translation as they stand in its source."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.alignment import Alignment, diagonal, words
from mt.fidelity import lost_links
from mt.translator import Translator
from mt.verbatim import put_back

SITE = "https://example.org/a1"


def aligned(source: str, target: str, pairs: dict[str, str]) -> Alignment:
    """Align words of the target with words of the source; what is in no pair looks nowhere."""
    a, b = words(source), words(target)
    starts = [source[slice(*span)] for span in a]
    weights = [[0.0] * len(a) for _ in b]
    for row, span in zip(weights, b, strict=True):
        if (word := target[slice(*span)]) in pairs:
            row[starts.index(pairs[word])] = 1.0
    return Alignment(a, b, tuple(map(tuple, weights)))


@pytest.mark.parametrize(
    ("source", "target", "pairs", "text"),
    [
        (
            f"راجع {SITE} اليوم",
            "See https://exam.orga today",
            {"https": "https", "exam.orga": "example.org"},
            f"See {SITE} today",
        ),
        # all that is written together with the words, but no brackets and no final mark
        (f"راجع ({SITE}).", "See (./ht:ex.rg/b).", {"ex.rg": "example.org"}, f"See ({SITE})."),
        (f"راجع {SITE}.", "See ex.rg/.", {"ex.rg": "example.org"}, f"See {SITE}."),
        # several words, the article among them
        ("راسل ali@example.org غدا", "Write to the a li tomorrow", dict.fromkeys(["the", "a", "li"], "ali"), None),
        # nothing looks at it: the end is no wrong place
        (f"راجع {SITE} اليوم.", "See it today.", {}, f"See it today {SITE}."),
        # nothing looks at it, but an address that comes from nowhere can be no other
        (f"راجع {SITE} اليوم.", "See www.exa.le/aaa today.", {}, f"See {SITE} today."),
        # the second one has no words of its own
        (f"بين {SITE} و@samir", "Between exa.org", {"exa.org": "example.org"}, f"Between {SITE} @samir"),
        # one that is there is not taken away
        (
            f"بين {SITE} و@samir",
            f"Between {SITE} and",
            {"example.org": "samir"},
            f"Between {SITE} and @samir",
        ),
        (f"راجع {SITE} اليوم", f"See {SITE} today", {"See": "https"}, f"See {SITE} today"),
        ("لا عنوان هنا", "No address here", {"address": "هنا"}, "No address here"),
    ],
)
def test_what_the_model_made_of_an_address_is_replaced(
    source: str, target: str, pairs: dict[str, str], text: str | None
) -> None:
    expected = text if text is not None else "Write to ali@example.org tomorrow"
    assert put_back(source, target, aligned(source, target, pairs)) == expected


TEXT = st.lists(
    st.sampled_from(["كتاب", "road", SITE, "www.example.net", "a@b.example", "@samir", ".", "(", ")", "https://", "7"]),
    max_size=12,
).map(" ".join)


@given(TEXT, TEXT, st.booleans())
def test_no_address_is_missing_afterwards(source: str, target: str, known: bool) -> None:
    alignment = diagonal(source, target) if known else None
    text = put_back(source, target, alignment)
    assert lost_links(source, text) == []
    assert put_back(source, text, None) == text
    if not lost_links(source, target):
        assert text == target


SENTENCES = [
    "للتسجيل في الدورة زوروا موقع الجمعية https://www.nakhil-society.org/register قبل نهاية الشهر.",
    "أرسلوا طلباتكم إلى البريد الإلكتروني jobs@albayan-press.net مع السيرة الذاتية.",
    "يمكن تحميل الخريطة من https://maps.example.org/sahel/2023/map_12.pdf مجانا.",
    "كتبت @mariam_writes أمس أن المعرض سيفتح أبوابه يوم الخميس.",
]


@pytest.mark.parametrize("alternatives", [0, 2])
def test_the_model_s_own_attention_shows_the_place(translator: Callable[..., Translator], alternatives: int) -> None:
    one = translator(beam=2, deterministic=True, alternatives=alternatives)
    found = list(one.translate([*SENTENCES, "لا عنوان هنا"]))
    for sentence, translation in zip(SENTENCES, found, strict=False):
        for each in (translation, *translation.alternatives):
            assert lost_links(sentence, each.text) == []
            assert "missing-link" not in each.faults
    alone = [next(one.translate([sentence])) for sentence in SENTENCES]
    assert alone == found[:-1]
    if alternatives:
        assert all(replace(t, alternatives=()) == t.alternatives[0] for t in found)
