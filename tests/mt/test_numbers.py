import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.numbers import extra_numbers, missing_numbers

KEPT = [
    # digits and separators
    ("بلغ عدد الزوار ٢٠٢٤ زائرا", "There were 2024 visitors"),
    ("بلغ عدد الزوار ۲۰۲۴ زائرا", "There were 2,024 visitors"),
    ("نحو 1.250.000 نسمة", "About 1,250,000 people"),
    ("نحو 1 250 000 نسمة", "About 1250000 people"),
    ("نحو ١٬٢٥٠٬٠٠٠ نسمة", "About 1.25 million people"),
    ("مساحته 783،562 كيلومترا", "It covers 783,562 kilometres"),
    ("نحو 500 1 امرأة", "About 1,500 women"),
    ("نمو قدره ٢٫٥٪", "Growth of 2.5 per cent"),
    ("نمو قدره 2,5 في المئة", "Growth of 2.5%"),
    ("انخفضت الحرارة إلى -5 درجات", "It fell to five below zero"),
    # words and ordinals
    ("حضر 15 تلميذا", "Fifteen pupils came"),
    ("عمره 21 عاما", "He turned twenty-one"),
    ("في الذكرى الـ 40", "On the fortieth anniversary"),
    ("الدورة 32 للمعرض", "The fair's thirty-second edition"),
    ("فازت للمرة 3", "Her third win"),
    ("تضاعف العدد 3 مرات", "The number tripled"),
    ("استقال 250 موظفا", "Two hundred and fifty employees resigned"),
    ("حضر 48 ضيفا", "Four dozen guests came"),
    ("بعد 20 عاما", "After two decades"),
    ("باعت 50% من أسهمها", "She sold half of her shares"),
    ("بعمق 1/5 بوصة", "A fifth of an inch deep"),
    ("في المرتبة 1", "In 1st place"),
    ("في عام 1990", "In the 1990s"),
    # powers of ten
    ("2.5 مليون دولار", "2,500,000 dollars"),
    ("2.5 مليون دولار", "$2.5m"),
    ("2.5 مليون دولار", "two and a half million dollars"),
    ("500 ألف دولار", "half a million dollars"),
    ("10 آلاف متظاهر", "10,000 protesters"),
    ("10 آلافِ متظاهر", "ten thousand protesters"),
    ("1 مليار يورو", "A billion euros"),
    ("بين 340 مليونا و500 مليون", "Between 340 and 500 million"),
    ("مليون و800 ألف وحدة", "1.8 million units"),
    ("مليونًا و200 ألف قرص", "1.2 million tablets"),
    ("46 مليونًا و118 ألفًا", "46,118,000"),
    ("22 ألفًا و104 ليرات", "22,104 liras"),
    ("تريليون و200 مليار دينار", "1.2 trillion dinars"),
    ("في شتاء 1636-1637", "in the winter of 1636–37"),
    ("مقياس 1:25000", "a scale of 1:25,000"),
    ("الصاروخ ساتورن 5", "the Saturn V rocket"),
    ("سفينة أغولاس 2", "the ship Agulhas II"),
    ("لويس 14 وهنري 8", "Louis XIV and Henry VIII"),
    ("3 مليارات و200 مليون", "3.2 billion"),
    ("قطع 100 متر", "He covered 100m"),
    # times, dates, ranges
    ("الساعة 10.30", "At 10:30"),
    ("الساعة 15:30", "At 3:30 p.m."),
    ("الساعة 11:00", "At 11 a.m."),
    ("الساعة 7:30", "At half past seven"),
    ("الساعة ٠٢٣٠", "At 02:30"),
    ("يوم 29.08.2024", "On August 29, 2024"),
    ("يوم 12/8/2024", "On 12 August 2024"),
    ("يوم 12/8/2024", "On 8/12/24"),
    ("يوم 12 أغسطس/آب", "On August 12"),
    ("هجمات 11/9", "The 9/11 attacks"),
    ("في ١٢ من شهر حزيران", "On the twelfth of June"),
    ("يوم 3 تشرين الثاني", "On 3 Nov."),
    ("يوم 3 يونيو/حزيران", "On 3/6"),
    ("حتى 7 كانون الثاني/يناير 2019", "Until January 7, 2019"),
    ("في جويلية 2021", "In July 2021"),
    ("منذ أيار من عام ١٩٩٨", "Since May 1998"),
    ("بين آذار ونيسان 2020", "Between March and April 2020"),
    ("عمره 12 ماذا يريد", "What does a boy of 12 want"),
    # percentages
    ("نسبة 40٪ من القرى", "40 per cent of the villages"),
    ("نسبة %40 من القرى", "40-percent of the villages"),
    ("نسبة 40 بالمئة من القرى", "Forty percent of the villages"),
    ("50٪ من القرى", "Half of the villages"),
    ("90 في المائة من القرى", "90 in a hundred villages"),
    ("بين 20 و30 في المئة", "20 to 30 percent"),
    ("موسم 1995-96", "The 1995-1996 season"),
    ("موسم 2024/2025", "The 2024/25 season"),
    ("بين 120–160 مترا", "From 120 to 160 metres"),
    ("سنة 1445هـ/2024م", "In 1445 AH / 2024 AD"),
    # digits with letters
    ("لقاح كوفيد-19", "A COVID-19 vaccine"),
    ("طائرة إف-16", "An F-16 plane"),
    ("قمة الـ20", "The G20 summit"),
    ("3136 مم2 من الورق", "3136 square millimetres of paper"),
]


@pytest.mark.parametrize(("source", "target"), KEPT)
def test_forms_of_the_same_number(source: str, target: str) -> None:
    assert missing_numbers(source, target) == ()


LOST = [
    ("حضر 15 تلميذا", "Fifty pupils came", ("15",)),
    ("حضر ١٥ تلميذا و٢٠ تلميذة", "Fifteen boys came", ("٢٠",)),
    ("مساحته 300،948 ميلا", "It covers 948,300 miles", ("300،948",)),
    ("وصل إلى 6,34 بوصة", "It reached 634 inches", ("6,34",)),
    ("2.5 مليون دولار", "2.5 billion dollars", ("2.5",)),
    ("10 آلاف متظاهر", "10 protesters", ("10",)),
    ("يوم 29.08.2024", "On July 29, 2024", ("29.08.2024",)),
    ("يوم 29.08.2024", "On August 29, 2023", ("29.08.2024",)),
    ("الساعة 15:30", "At 3:20 p.m.", ("15:30",)),
    ("لقاح كوفيد-19", "A vaccine for the virus", ("19",)),
    ("يوم 12 أغسطس/آب", "On July 12", ("12",)),
    ("يوم 12 أغسطس/آب", "On August 11", ("12",)),
    ("في أبريل 2020", "In 2020", ("2020",)),
    ("في أبريل 2020", "In April 2021", ("2020",)),
    ("نسبة 40٪ من القرى", "40 villages", ("40",)),
    ("نسبة 40 في المئة من القرى", "50 percent of the villages", ("40",)),
    ("٥٠٪ من القرى", "50 villages", ("٥٠",)),
    ("حضر 39 تلميذا", "The pupils&#39; day", ("39",)),
    ("عاد 7 ثم 7 ثم 8", "They came back", ("7", "8")),
    ("بعد 2 ساعة", "After some seconds", ("2",)),
]


@pytest.mark.parametrize(("source", "target", "missing"), LOST)
def test_lost_numbers_are_listed_as_written(source: str, target: str, missing: tuple[str, ...]) -> None:
    assert missing_numbers(source, target) == missing


@pytest.mark.parametrize(
    ("source", "target", "extra"),
    [
        ("ولدت في القرية", "She was born there in 1990", ("1990",)),
        ("ولدت سنة 1989", "She was born in 1990", ("1990",)),
        ("ولدت سنة ١٩٩٠", "She was born in 1990", ()),
        ("دفع 2.5 مليون دينار", "He paid 2,500,000 dinars", ()),
        ("اشترت كتابين", "She bought 2 books", ()),
        ("ولدت سنة ألف وتسعمئة وتسعين", "She was born in 1990", ()),
        ("عادت في الستينيات", "She came back in the 1960s", ()),
        ("سافرت يوم الثلاثاء", "She left on Tuesday, 12 May 2015", ("2015",)),
        ("يعمل المخبز على مدار الساعة", "The bakery is open 24 hours", ()),
        ("قالت إنها لن تعود", "She said she&#39;s not coming back", ()),
    ],
)
def test_numbers_that_come_from_nowhere(source: str, target: str, extra: tuple[str, ...]) -> None:
    assert extra_numbers(source, target) == extra


SENTENCES = st.text(alphabet=st.sampled_from("012359٣٧۴.,٫،:/- %و مليونألف&#;xkm"), max_size=40) | st.text(max_size=40)


@given(SENTENCES, SENTENCES)
def test_a_number_that_is_added_is_no_longer_missing(source: str, target: str) -> None:
    for number in missing_numbers(source, target):
        assert number not in missing_numbers(source, f"{target} ; {number} %, million, thousand and billion, trillion")


@given(SENTENCES)
def test_nothing_is_missing_from_or_extra_to_a_copy(text: str) -> None:
    assert missing_numbers(text, text) == ()
    assert extra_numbers(text, text) == ()


@given(st.integers(0, 10**9), st.sampled_from(["{}", "{:,}"]))
def test_changed_numbers_are_missed(value: int, pattern: str) -> None:
    source = f"وصل العدد إلى {value} في النهاية"
    assert missing_numbers(source, f"The number came to {pattern.format(value)}.") == ()
    assert missing_numbers(source, f"The number came to {pattern.format(value * 3 + 101)}.") == (str(value),)


ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
ONES += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(value: int) -> str:
    for base, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= base:
            rest = value % base
            return f"{in_words(value // base)} {name}" + (f" and {in_words(rest)}" if rest else "")
    if value < 20:
        return ONES[value]
    return TENS[value // 10 - 2] + (f"-{ONES[value % 10]}" if value % 10 else "")


@given(st.integers(0, 10**9 - 1))
def test_numbers_in_words_are_read(value: int) -> None:
    assert missing_numbers(f"العدد {value}", f"The number is {in_words(value)}") == ()
    assert missing_numbers(f"العدد {value + 1001}", f"The number is {in_words(value)}") == (str(value + 1001),)
