"""Sentence splitting: tables of cases for Arabic and English, and what holds for every text.

In the tables " | " is a boundary with white space in the text and "|" one without.
"""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.split import Candidate, Quotes, explain, is_heading, split

ARABIC = {
    "titles": [
        "استقبل أ. ماهر الوفد عند الباب. | ثم جلس معهم.",
        "التقى أ.م.د. هالة الشامي طلاب السنة الأولى.",
        "تحدث إلى د. نادر ود. سلمى عن المشروع. | ولم يعلق أحد.",
        "سلّم التقرير لد. عادل.",
        "حضر م.سعيد الاجتماع.",
        "حضر الدكتور.سعيد الاجتماع.",
        "د.\u200f سامي هنا.",
        "وقف على قدميه. | د. سامي هنا.",
        "شارك في اللقاء أ. منى، ود. هدى، وم. فؤاد. | واتفقوا.",
        "أعلن Prof. كريم النتيجة.",
        "التقى Mr. Hale الوزير. | وشكره.",
        "أرسلت بروف. هناء ردها. | وانتظرت.",
        "لا مفر من ذلك ولا بد. | سنذهب معا.",
        "تألم من فم. | عالجه الطبيب.",
    ],
    "ranks": [
        "قال العميد م. نبيل عواد إن الطريق مفتوح. | وأكد أن الجسر سليم.",
        "كان اللواء أ.ح. سامي الديب في المقدمة.",
        "رقي اللواء.أ.ح. سامي إلى رتبة فريق. | واحتفل زملاؤه.",
        "وصل العقيد الركن ط. جمال ناصر.",
        "قدم الرائد ر. حسن استقالته. | قبلت فورا.",
        "قال العقيد. سامي إن الوضع هادئ.",
        "وصل مق. هاني إلى الموقع.",
        "التقى الوزير العميد. | ناقش الجانبان الخطة.",
        "رقي إلى رتبة عقيد. | احتفل أهله بالخبر.",
        "شكر Maj. Gen. Hale جنوده.",
    ],
    "eras": [
        "كان الفيلسوف في سنة 399 ق.م. يعيش في أثينا. | وقد حوكم هناك.",
        "سقطت المدينة عام 656 هـ. في يد الغزاة.",
        "ولد عام 12 ق.هـ. في مكة. | وكان أبوه تاجرا.",
        "مات في مايو 1950 م. ودفن في القاهرة.",
        "مات في 1950 م. ودفن في القاهرة.",
        "في القرن الـ5 ق.م. كانت أثينا مركز العالم.",
        "انتهت الحرب عام 202 ق.م. | وقد خسر القائد كل شيء.",
    ],
    "agencies and organisations": [
        "نقلت د.ب.أ. عن شاهد قوله إن الحريق كبير.",
        "نقلت أ. ف. ب. عن شاهد قوله إن الحريق كبير.",
        "نشرت أ.ش.أ. بيانا قصيرا. | ولم تذكر تفاصيل.",
        "اتهم ب.ك.ك. بالوقوف وراء الهجوم.",
        "تأسست الشركة ش.م.ل. في بيروت. | وهي الأكبر.",
        "الو.م.أ. دولة كبيرة.",
        "بحسب «و.أ.م.» فإن الاجتماع ألغي.",
        "قال (أ.ف.ب.) إن الوضع هادئ.",
        "حضر ممثل عن م.ت.ف. | وأضاف أن الحوار مستمر.",
        "يعمل في Acme Inc. منذ عام. | وهو سعيد.",
        "قال المتحدث باسم الـ U.N. إن الوضع صعب.",
        "قرأت رواية صدرت عن St. James Press أمس.",
        "درس في MIT. | ثم عاد.",
    ],
    "currencies, units, places in a book": [
        "بلغ سعر السهم 3 د.ك. في آخر جلسة. | وكان 2 د.ك. قبل شهر.",
        "دفع 500 ر.س. مقابل الغرفة.",
        "الميزانية 40 مليون د.إ. لهذا العام.",
        "كلفه ذلك 3.000 ل.ل. فقط.",
        "المسافة 12 كم. من المدينة. | والطريق معبد.",
        "المسافة 12 كم. | وصلنا ليلا.",
        "تبعد المدينة 40كم. عن الحدود.",
        "طوله 180 سم. | وزنه 80 كغ.",
        "يبلغ ارتفاع البرج 300 م. | ويزوره الملايين.",
        "يبلغ ارتفاعه 300م. عن سطح البحر.",
        "انظر ج. 2 ص. 14 من الكتاب. | ففيه الجواب.",
        "راجع ط. 3 من المعجم.",
        "التقرير (ص. 12. ج. 3) واضح.",
        "هاتف. 5551234 للحجز.",
        "عنوانه ص. ب. 77 الرياض.",
        "باع التفاح والموز إلخ. في السوق.",
        "باع التفاح والموز، إلخ. | عاد مساء.",
        "تشتهر المدينة بالزيتون والعنب والتين ... إلخ. | ويزورها السياح.",
    ],
    "initials and labels": [
        "غنى أ. ب. جمال أغنيته.",
        "كتبت إل. إم. هارلو الرواية. | وبيعت بسرعة.",
        "زار توماس إف. هيل برلين. | وخطب فيها.",
        "عرضت قناة بي بي سي. | تابعها الملايين.",
        "كتب J. R. Marlow الرواية. | وترجمت إلى العربية.",
        "اعتقلت الشرطة المتهم (م.ع.) في منزله. | وأحالته إلى القضاء.",
        "ينصح الطبيب بفيتامين د. | ويوجد في السمك.",
        "وقع الفريق في المجموعة ب. | ويلعب غدا.",
        "يكثر في الفاكهة فيتامين C. | وهو مفيد.",
        "حصل على الفئة A. | عاد مسرورا.",
    ],
    "numbers, dates and hours": [
        "نما الاقتصاد بنسبة 4.25٪. | وكان التوقع 3.9٪.",
        "بلغ عدد السكان 12.500.000 نسمة. | وهم في ازدياد.",
        "ازداد الطلب بنسبة ١٢.٥٪ في الربع الأول. | وتراجع في الثاني.",
        "قاسوا درجة حرارة المريض: 39.5. | كان محموما.",
        "بلغت الحرارة -3.5 درجات. | وتساقط الثلج.",
        "وصل في 3. 4. 2021 إلى بيروت.",
        "وصل في 15.03.2019. | وغادر في 17.03.2019.",
        "افتتح المعرض في 29. أغسطس من ذلك العام.",
        "يبدأ الفيلم الساعة 8.45 مساء. | وينتهي عند منتصف الليل.",
        "وصل الجيش عام 1967. | بقي ستة أيام.",
        "كان عددهم 20. | 5 منهم أطفال.",
        "صدر الإصدار 2.0.1 أمس. | وهو أسرع.",
    ],
    "lists and chapters": [
        "١. اغسل الخضار. | ٢. قطعها. | ٣. ضعها في القدر.",
        "أ. اقرأ النص. | ب. أجب عن السؤال.",
        "(1) افتح الباب. | (2) أغلق النافذة.",
        "• نص أول. | • نص ثان.",
        "1.1. أهداف البحث",
        "الفصل 2. مصادر الطاقة",
        "IV. خاتمة البحث. | وفيها نتائج.",
        "أولا. يجب أن نبدأ. | ثانيا. يجب أن ننهي.",
        "قرأنا الفصل 3. من الكتاب.",
        "صوتوا على المادة 7. | رفضها النواب.",
    ],
    "addresses and names": [
        "اكتب إلى sara.k@mail.example.com اليوم. | سنرد غدا.",
        "زر example.com. | ستجد الخبر.",
        "اقرأ https://example.com/a.html?x=1.2&y=ب. | ثم عد.",
        "حمل الملف report.final.pdf من الموقع.",
        "حمل ملف تقرير.pdf من الموقع.",
        "نشر الخبر موقع الواحة.نت أمس.",
        "يكتب بلغة .NET منذ سنوات.",
        "يعمل على Node.js منذ شهر.",
        "سأل في ياهو! عن الأمر.",
        "أطلقت Kahoot! لعبة جديدة.",
        "فازت فرقة Hello! الشهيرة بالجائزة.",
    ],
    "quotations": [
        'قال: "هذا كثير. | لن أدفع. | وخرج من المحل.',
        "قال: «متى تنتهي الحرب؟ | لا أحد يعلم. | نحن ننتظر». | وأضاف أن الناس تعبوا.",
        "قال ”نحن جاهزون.“ | وابتسم.",
        "قال »نحن جاهزون.« | وابتسم.",
        "قال ‹نحن جاهزون.› | وابتسم.",
        "قال 'نحن جاهزون.' | وابتسم.",
        'قال: " نحن جاهزون . " | وابتسم .',
        'قال "نعم" . | ثم خرج.',
        'كتب في لــ"الواحة". | ثم صمت.',
        'وهذا ما قلناه أمس". | وختم كلامه.',
        'وهذا ما قلناه أمس." | وختم كلامه.',
        'قال: "انتهى."\u200f | وخرج.',
        'سأل أحدهم "لماذا؟" أو "كيف؟".',
        'قال: "نعم!"، ثم خرج.',
        'قال: "... وقد عدنا إلى بيوتنا". | وشكر الجميع.',
    ],
    "verbs of saying": [
        '"هل انتهى كل شيء؟" سألت سلمى بقلق.',
        "سألها: «من فتح الباب؟» فأجابت: «لا أدري».",
        'سألته: "أين المفتاح؟" و ردت عليه الخادمة.',
        'قال: "من أنت؟" | نظر إليه الرجل طويلا.',
        'قال: "من أنت؟". | وأضاف أنه خائف.',
        '"سنعود غدا." قال الحارس. | ثم أغلق الباب.',
        '"لن ننسى. | لن نغفر." قالت الأم.',
        'قال الحارس: "سنعود غدا." | قال ذلك وأغلق الباب.',
        "- متى تصل؟ سأل الأب.",
    ],
    "titles of works": [
        'شاهدت فيلم "من سرق القمر؟" في السينما.',
        "قرأ رواية «أين ذهب الجميع؟» ثلاث مرات. | وأحبها.",
        'رفعوا شعار "لا للظلم!" أمام البرلمان.',
    ],
    "brackets": [
        "انتهى العرض (صفق الجمهور طويلا. ثم وقف.) وأسدل الستار.",
        "انتهى العرض (هكذا ظننا!). | وأسدل الستار.",
        "وصلت الطائرة. (راجع الصورة.) | ثم أقلعت.",
        "وصل الضيوف [من دعاهم؟] إلى القاعة.",
        "تراجع السعر. (سالم، 2011) | وارتفع بعدها.",
        "أسست المدينة قديما.[3] | وتوسعت لاحقا.",
        "في المباراة (2-1). | وفاز الضيوف.",
        "قال [...] إن الأمر انتهى.",
    ],
    "ellipses": [
        "لا أعلم حقا... في الغد ربما.",
        "انتظر طويلا... وطويلا... ثم رحل.",
        "كنت أظن أنه... لكن لا بأس.",
        "لكن... من أنت؟",
        "سكت الجميع... | وقف الأب وخرج.",
        "سكت الجميع . . . | وقف الأب وخرج.",
        "سكت الجميع… | وقف الأب وخرج.",
        "... ثم عاد إلى بيته. | ونام.",
        "قرر أن يسافر، ... ثم تراجع.",
        'قال: "سأرجع..." | ولم يرجع.',
    ],
    "questions and cries": [
        "ماذا تريد ؟! ! | قل لي.",
        "ماذا؟؟!! | لا أصدق!",
        "هل جاء الضيف؟ أم أنه تأخر؟ | لا أعلم.",
        "كم عمرك؟ | 30.",
    ],
    "marks within a sentence": [
        "كان النهار جميلا؛ لذلك خرجنا. | عدنا ليلا.",
        "المطالب ثلاثة: الماء، والدواء، والخبز.",
        "هل فهمت؟، قال الأب.",
    ],
    "emoji and unseen signs": [
        "مبروك يا سلمى! 🎉🎉 | نلتقي الليلة.",
        "شكرا جزيلا.😊 | إلى اللقاء.",
        "انتهى الخبر. | 🔴 عاجل: وصل الوفد.",
        "انتهى الأمر.\u200f | \u200fوبدأ غيره.",
        "انتهى الأمر\u200f. | وبدأ غيره.",
    ],
    "missing and odd spaces": [
        "غادر الوزير.|وعاد الوفد.",
        "غادر الوزير .|وعاد الوفد.",
        "أغلق الباب!|ونزل الدرج.",
        'قال:"نعم".|وخرج.',
        "وصل عام 2010.|وغادر بعدها.",
        "صدر عن OpenSky.|وهو نموذج جديد.",
        "انتهى المؤتمر.|OpenSky أعلنت النتائج.",
        "قرر المجلس\nرفض القانون.\n| وانفض الجمع.",
        "سكن المدينة ۔ | ثم رحل ۔",
    ],
}

ENGLISH = {
    "titles and initials": [
        "Mr. Hale met Dr. Stone at noon. | They left together.",
        "Mrs. Cole and Ms. Reed live in St. Osyth. | It is quiet there.",
        "Gen. Ray and Lt. Col. Poe came, cf. Fig. 3. | All was well.",
        "J. R. Marlow wrote it. | J.R. Marlow wrote it.",
        "George W. Hill came. | He sang.",
        "John Poe Jr. was there. | So was Martin Roe Sr. | He sang.",
        "He has a Ph.D. in physics. | She has a Ph.D. | They met.",
        "It was I. | Nobody else came.",
        "He lacks vitamin C. | Doctors agreed.",
    ],
    "abbreviations": [
        "The U.S. Army arrived. | He moved to the U.S. in 1990.",
        "He moved to the U.S. | They stayed behind.",
        "Acme Inc. said so. | Acme Inc. Chief Executive Jane Roe agreed.",
        "He works for Brown & Co. | The firm is small.",
        "See No. 5 for details. | The answer was no. | Nobody spoke.",
        "Bring tools, e.g. a hammer, i.e. something hard. | Then start.",
        "We saw apples, pears, etc. | Others were gone.",
        "Hale et al. found it. | It was odd.",
        "Ipswich vs. Norwich was dull.",
        "He lives at 5 Main St. | The house is old.",
        "Sen. Mark (R-Ky.) spoke. | He was brief.",
    ],
    "numbers, dates and hours": [
        "Prices rose 3.5 percent. | It costs $3.50. | Buy it.",
        "He was born on Jan. 3 in Rome. | He died in Jan. | The month was cold.",
        "The shop opens at 9 a.m. on Monday. | It closes at 5 p.m. | Staff stay longer.",
        "It starts at 5 p.m. Friday. | Come early.",
        "He ran fast! | 20 people saw it.",
        "1. Open the file. | 2. Read it.",
    ],
    "quotations": [
        '"We are ready." | Then they left.',
        '"We are ready," he said. | "Let us go."',
        '"Are you ready?" he asked. | "Yes!" she cried.',
        '"Are you ready?" John asked. | Nobody answered.',
        '"Are you ready?" | He said nothing.',
        'He said "no." | Nobody moved.',
        "He said: “We wait. | We watch.” | They nodded.",
        "'Go away.' | He left.",
    ],
    "brackets, ellipses, names": [
        "It rained (hard). | We stayed in.",
        "It rained. (See the map.) | We stayed in.",
        "We stayed (why not?) and ate.",
        "Well then... I think so. | Hmm... | What now?",
        "Wait… maybe not. | Fine.",
        "Really?! | Yes.",
        "It ended.[4] | Others followed.",
        "The company, Yahoo! Inc., grew. | I use Yahoo! every day.",
        "He came home. | iPhone sales fell.",
        "Visit www.example.com today. | Write to a.b@example.org. | Thanks.",
        "We use Node.js and ASP.NET here. | They work.",
        "The end.|The beginning followed. | Fine.",
    ],
}

CASES = [
    pytest.param(language, case, id=f"{language}-{group}-{number}")
    for language, groups in (("ar", ARABIC), ("en", ENGLISH))
    for group, cases in groups.items()
    for number, case in enumerate(cases)
]


def read(case: str) -> tuple[str, list[str]]:
    """Give the text of a case and its sentences."""
    return case.replace(" | ", " ").replace("| ", " ").replace("|", ""), [part.strip() for part in case.split("|")]


def pieces(text: str, language: str = "ar", *, quotes: Quotes = "split") -> list[str]:
    return [text[start:end] for start, end in split(text, language, quotes=quotes)]


@pytest.mark.parametrize(("language", "case"), CASES)
def test_sentences(language: str, case: str) -> None:
    text, sentences = read(case)
    assert pieces(text, language) == sentences


@pytest.mark.parametrize(("language", "case"), CASES)
def test_surrounding_white_space_moves_the_spans_only(language: str, case: str) -> None:
    text, _ = read(case)
    assert split(f"\n  {text} \t", language) == [(start + 3, end + 3) for start, end in split(text, language)]


@pytest.mark.parametrize(("language", "case"), CASES)
def test_a_newline_is_white_space(language: str, case: str) -> None:
    text, _ = read(case)
    assert split(text.replace(" ", "\n"), language) == split(text, language)


@pytest.mark.parametrize(("language", "case"), CASES)
def test_a_sentence_alone_is_one_sentence(language: str, case: str) -> None:
    """A sentence with half a quotation is left out: what follows its closing quote hangs on where that opened."""
    _, sentences = read(case)
    for sentence in sentences:
        if sentence.count('"') % 2:
            continue
        assert pieces(sentence, language) == [sentence]


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("text", ["", " ", "\n\t \u00a0"])
def test_white_text_has_no_sentence(text: str, language: str) -> None:
    assert split(text, language) == []
    assert explain(text, language) == []


@pytest.mark.parametrize("text", ["...", ". . .", '"."."', "؟!", "\u200f", "😊."])
def test_marks_without_a_word_are_one_sentence(text: str) -> None:
    assert pieces(text) == [text]


def test_an_english_sentence_in_an_arabic_text_follows_english_rules() -> None:
    assert pieces("قال: He met Gen. Hale. He left the U.S. Army. ثم سكت.") == [
        "قال: He met Gen. Hale.",
        "He left the U.S. Army.",
        "ثم سكت.",
    ]


@pytest.mark.parametrize(
    ("case", "whole"),
    [
        ('قال: "لن نرحل. | سنبقى هنا." | ثم سكت.', 'قال: "لن نرحل. سنبقى هنا." | ثم سكت.'),
        ("قال: «لن نرحل. | سنبقى هنا». | ثم سكت.", "قال: «لن نرحل. سنبقى هنا». | ثم سكت."),
        ("قال: “من أنت؟ | من معك؟” | ثم سكت.", "قال: “من أنت؟ من معك؟” | ثم سكت."),
        ('قال: "لن نرحل. | سنبقى هنا. | ثم سكت.', 'قال: "لن نرحل. | سنبقى هنا. | ثم سكت.'),
        ("وصل الوفد إلى المدينة. | ثم غادرها.", "وصل الوفد إلى المدينة. | ثم غادرها."),
    ],
)
def test_quotations_are_split_or_kept_whole(case: str, whole: str) -> None:
    text, sentences = read(case)
    assert pieces(text) == sentences
    assert pieces(text, quotes="keep") == read(whole)[1]


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("بلغ 3.5 أمتار", "ar", "number"),
        ("زر example.com اليوم", "ar", "address"),
        ("هل فهمت؟، قال", "ar", "comma"),
        ("قال: «... وعاد»", "ar", "opening"),
        ("توقف (لماذا؟) ثم عاد", "ar", "bracket"),
        ("1. مقدمة", "ar", "label"),
        ("وصل في 3. 4. 2021 مساء", "ar", "date"),
        ("وصل في 3. مايو مساء", "ar", "date"),
        ("نقلت أ.ف.ب. عن شاهد", "ar", "abbreviation"),
        ("زار توماس إف. هيل برلين", "ar", "initial"),
        ("قال العقيد. سامي", "ar", "title"),
        ('فيلم "من أنت؟" رائع', "ar", "title"),
        ("سأل في ياهو! عن الأمر", "ar", "name"),
        ("قرأنا الفصل 3. من الكتاب", "ar", "ordinal"),
        ("فكر طويلا... ثم تكلم", "ar", "ellipsis"),
        ('"متى؟" سألت الأم', "ar", "attribution"),
        ('رد على "لماذا؟" التي سمعها', "ar", "continuation"),
        ("He met Dr. Stone", "en", "title"),
        ("He met J. Stone", "en", "initial"),
        ("He left at 5 p.m. Monday", "en", "time"),
        ("Wait! he said", "en", "lower-case"),
        ("It is in the U.S. Army", "en", "abbreviation"),
    ],
)
def test_explain_names_the_veto(text: str, language: str, rule: str) -> None:
    candidates = explain(text, language)
    assert not any(candidate.taken for candidate in candidates)
    assert candidates[-1].rule == rule


def test_explain_names_the_rule_of_each_boundary() -> None:
    assert explain("وصل الوفد.وغادر د. سامي المدينة. ثم عاد.") == [
        Candidate(10, True, "missing-space"),
        Candidate(18, False, "abbreviation"),
        Candidate(32, True, "mark"),
    ]
    assert explain('قال: "نعم. لا."', quotes="keep") == [Candidate(10, False, "quotation")]


@pytest.mark.parametrize("function", [split, explain])
def test_unknown_choices_are_refused(function: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="language 'fr'"):
        function("نص.", "fr")
    with pytest.raises(ValueError, match="quotes 'drop'"):
        function("نص.", quotes="drop")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("مستقبل المدينة", True),
        ("مستقبل «المدينة»", True),
        ("خطة 2030 (الجزء الأول)", True),
        ("A plan for the city", True),
        ("انتهى الاجتماع.", False),
        ('قال: "انتهى الاجتماع."', False),
        ("متى ينتهي الاجتماع؟", False),
        ("وقال الوزير:", False),
        ("الماء، والدواء،", False),
        ("2030", False),
        ("***", False),
        ("", False),
        ("كلمة " * 12, True),
        ("كلمة " * 13, False),
    ],
)
def test_headings(line: str, expected: bool) -> None:
    assert is_heading(line) is expected


# --- What holds for every text ----------------------------------------------------------------------------------

WORDS = [read(case)[0] for groups in (ARABIC, ENGLISH) for cases in groups.values() for case in cases]
FRAGMENTS = st.sampled_from([word for text in WORDS for word in text.split()])
CHARACTERS = st.sampled_from(list("ابمدهو قكaAzZ5٣ \n\u00a0.!?؟…۔،؛:\"“”«»()[]'’-ـ\u064b\u200f😊🔴/@"))
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=80),
    st.lists(FRAGMENTS, max_size=30).map(" ".join),
    st.lists(st.one_of(FRAGMENTS, CHARACTERS), max_size=30).map("".join),
    st.text(max_size=80),
)


@given(TEXTS, st.sampled_from(["ar", "en"]), st.sampled_from(["split", "keep"]))
@example('ا".".', "ar", "split")
@example(". ا .ا", "ar", "split")
def test_spans_cover_all_but_white_space(text: str, language: str, quotes: Quotes) -> None:
    spans = split(text, language, quotes=quotes)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(TEXTS, st.sampled_from(["ar", "en"]), st.sampled_from(["split", "keep"]))
def test_explain_agrees_with_split(text: str, language: str, quotes: Quotes) -> None:
    candidates = explain(text, language, quotes=quotes)
    ends = [end for _, end in split(text, language, quotes=quotes)]
    assert [candidate.position for candidate in candidates if candidate.taken] == ends[:-1]
    assert all(candidate.taken == (candidate.rule in {"mark", "missing-space"}) for candidate in candidates)


@given(TEXTS, st.sampled_from(["ar", "en"]))
def test_keeping_quotations_only_takes_boundaries_away(text: str, language: str) -> None:
    """Also compares the two ways through the code: plain full stops are judged in full where quotations are kept."""
    kept = explain(text, language, quotes="keep")
    if not any(candidate.rule == "quotation" for candidate in kept):
        assert kept == explain(text, language)


@given(TEXTS, st.sampled_from(["ar", "en"]))
def test_every_sentence_of_a_text_with_words_holds_one(text: str, language: str) -> None:
    sentences = pieces(text, language)
    if len(sentences) > 1:
        assert all(any(char.isalnum() or char == "_" for char in sentence) for sentence in sentences)


@pytest.mark.parametrize(
    "unit",
    [
        '"."', " ", ".", ". ", "ا", "ا.", "ا. ", "د. ", "(", "(.", "()", "«.»", '"!" ', ".-", "1.2.", "a@b.",
        "http://a.b.", ".😊", ".\u200f", ". (كلمة ", "إلخ. من ", 'قال: "',
    ],
)  # fmt: skip
@pytest.mark.parametrize("edges", [("", ""), ("كلمة ", "، كلمة")])
def test_hostile_texts_end(unit: str, edges: tuple[str, str]) -> None:
    text = edges[0] + unit * (100_000 // len(unit)) + edges[1]
    spans = split(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
