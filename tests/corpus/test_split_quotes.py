"""Quotations of several sentences, split inside or kept whole: nested, unbalanced, over several paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.split import Quotes, split

# A text with "|" at each boundary, and the same with the boundaries that are left where quotations are kept.
CASES = [
    ('قال: "لن نرحل.| سنبقى هنا."| ثم سكت.', 'قال: "لن نرحل. سنبقى هنا."| ثم سكت.'),
    ("قال: «لن نرحل.| سنبقى هنا».| ثم سكت.", "قال: «لن نرحل. سنبقى هنا».| ثم سكت."),
    ("قال: “من أنت؟| من معك؟”| ثم سكت.", "قال: “من أنت؟ من معك؟”| ثم سكت."),
    ("قال: ”لن نرحل.| سنبقى هنا.“| ثم سكت.", "قال: ”لن نرحل. سنبقى هنا.“| ثم سكت."),
    ("قال: »لن نرحل.| سنبقى هنا.«| ثم سكت.", "قال: »لن نرحل. سنبقى هنا.«| ثم سكت."),
    ("قال: „لن نرحل.| سنبقى هنا.“| ثم سكت.", "قال: „لن نرحل. سنبقى هنا.“| ثم سكت."),
    ("قال: ‹لن نرحل.| سنبقى هنا.›| ثم سكت.", "قال: ‹لن نرحل. سنبقى هنا.›| ثم سكت."),
    ("تلا: ﴿هو أول.| هو آخر.﴾| ثم سكت.", "تلا: ﴿هو أول. هو آخر.﴾| ثم سكت."),
    # white space inside the quotes, and none where there should be
    ('قال : " لن نرحل .| سنبقى هنا . "| ثم سكت .', 'قال : " لن نرحل . سنبقى هنا . "| ثم سكت .'),
    ('قال:"لن نرحل.|سنبقى هنا".|ثم سكت.', 'قال:"لن نرحل.سنبقى هنا".|ثم سكت.'),
    # the clause around a quotation goes on after it
    ('"لن نرحل.| سنبقى هنا"، قال الجد.| وسكت.', '"لن نرحل. سنبقى هنا"، قال الجد.| وسكت.'),
    ('"لن نرحل.| أين نذهب؟" سأل الجد.| وسكت.', '"لن نرحل. أين نذهب؟" سأل الجد.| وسكت.'),
    # several quotations
    ('قال: "نعم.| لا."| وقالت: "لا.| نعم."| وسكتا.', 'قال: "نعم. لا."| وقالت: "لا. نعم."| وسكتا.'),
    ('"نعم.| لا."| "لا.| نعم."', '"نعم. لا."| "لا. نعم."'),
    # one within another
    ("قال: «سأل: “من أنت؟| من معك؟”| ولم أجب».| ثم سكت.", "قال: «سأل: “من أنت؟ من معك؟” ولم أجب».| ثم سكت."),
    ('قال: «كتب "لن نرحل.| سنبقى" ومضى.| خفت».| ثم سكت.', 'قال: «كتب "لن نرحل. سنبقى" ومضى. خفت».| ثم سكت.'),
    ("قال: «نعم «لا.| لا» نعم.| نعم».| ثم.", "قال: «نعم «لا. لا» نعم.| نعم».| ثم."),
    # halves: never opened, never closed, and one that is followed by a whole quotation
    ("لن نرحل.| سنبقى هنا».| ثم سكت.", "لن نرحل.| سنبقى هنا».| ثم سكت."),
    ('قال: "لن نرحل.| سنبقى هنا.| ثم سكت.', 'قال: "لن نرحل.| سنبقى هنا.| ثم سكت.'),
    ('قال: "لن نرحل.| وقال: "سنبقى.| هنا."| ثم سكت.', 'قال: "لن نرحل.| وقال: "سنبقى. هنا."| ثم سكت.'),
    ("قال: «لن نرحل.| سنبقى هنا”.| ثم سكت.", "قال: «لن نرحل.| سنبقى هنا”.| ثم سكت."),
    # no quotation of several sentences
    ("وصل الوفد إلى المدينة.| ثم غادرها.", "وصل الوفد إلى المدينة.| ثم غادرها."),
    ('قرأ "مدن الرمل".| أعجبته.', 'قرأ "مدن الرمل".| أعجبته.'),
]  # fmt: skip
# A quotation over paragraphs is opened in each and closed in the last, as printers do: each is judged by itself.
PARAGRAPHS = [
    ("قال: «لن نرحل.| سنبقى هنا.", "قال: «لن نرحل.| سنبقى هنا."),
    ("«هذه أرضنا.| هنا ولدنا.", "«هذه أرضنا.| هنا ولدنا."),
    ("«وهنا نموت.| هذا كل شيء».| ثم سكت.", "«وهنا نموت. هذا كل شيء».| ثم سكت."),
]
ENGLISH = [
    ('He said: "We wait.| We watch."| They nodded.', 'He said: "We wait. We watch."| They nodded.'),
    ("“Wait.| Watch,” he said.| They did.", "“Wait. Watch,” he said.| They did."),
    ("“He said, ‘Go.| Run.’| I ran.”| She wept.", "“He said, ‘Go. Run.’ I ran.”| She wept."),
    ('"Wait.| Watch.| They did.', '"Wait.| Watch.| They did.'),
]


def marked(text: str, language: str, quotes: Quotes) -> str:
    """Mark the boundaries of a text with bars."""
    for _, end in reversed(split(text, language, quotes=quotes)[:-1]):
        text = f"{text[:end]}|{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("case", "whole", "language"), [*((*c, "ar") for c in CASES + PARAGRAPHS), *((*c, "en") for c in ENGLISH)]
)
def test_a_quotation_is_split_or_kept_whole(case: str, whole: str, language: str) -> None:
    text = case.replace("|", "")
    assert marked(text, language, "split") == case
    assert marked(text, language, "keep") == whole


WORDS = st.lists(st.sampled_from(["وصل", "الوفد", "ثم", "قال", "نعم"]), min_size=3, max_size=6).map(" ".join)
SENTENCES = st.lists(WORDS.map("{}.".format), min_size=1, max_size=4).map(" ".join)


@given(SENTENCES, SENTENCES, SENTENCES, st.sampled_from(["«{}»", "“{}”", '"{}"', "‹{}›"]))
def test_no_boundary_is_inside_a_kept_quotation(before: str, inside: str, after: str, quotation: str) -> None:
    text = f"{before} {quotation.format(inside)} {after}"
    start = len(before) + 1
    end = start + len(inside) + 2
    assert not [b for _, b in split(text, quotes="keep") if start < b < end]
    assert [b for _, b in split(text, quotes="keep") if b <= start or b >= end] == [
        b for _, b in split(text) if b <= start or b >= end
    ]
