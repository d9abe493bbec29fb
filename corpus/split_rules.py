"""What the words beside a final mark say: the abbreviations, verbs of saying and openers of Arabic and English.

`arabic` and `english` take a `Mark` and give the name of the rule that forbids a boundary there, or None. What can
be told from the characters alone (numbers, brackets, addresses) is judged in `corpus.split`, before these.

An abbreviation that can end a sentence (`ق.م.`, `U.S.`) leaves its full stop ambiguous. Such a stop is a boundary
only before an opener, a word that hardly ever stands inside a clause (`وقد`, `لكن`, `She`, `However`). The other way
round, a unit or `إلخ` is usually written without a stop, so theirs is a boundary unless the next word carries the
clause on (`من`, `الذي`). After Grefenstette and Tapanainen, "What is a word, what is a sentence?" (1994), and
Mikheev, "Periods, capitalized words, etc." (2002).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["ARABIC_STOPS", "Mark", "arabic", "bare", "english", "is_label"]


class Mark(NamedTuple):
    """A run of final marks and its surroundings; words are as `bare` gives them, empty where there are none.

    A named tuple, since one is made for each candidate and it is the cheaper record to make.

    `run`: the marks. `closed`: a closing quote follows them. `lead`: the word before that quotation, empty where it
    begins a sentence, None where its opening quote is not known or none closes. `before`, `earlier`, `third`: the
    word of the sentence that the marks follow and the two before it. `after`: the next word; `following`: the text
    from there, cut. `opens`: the first character after the marks and what closes with them that is not white space.
    `gap`: white space comes next. `dialogue`: the sentence begins with a dash.
    """

    run: str
    closed: bool
    lead: str | None
    before: str
    earlier: str
    third: str
    after: str
    following: str
    opens: str
    gap: bool
    dialogue: bool


_PLAIN = str.maketrans(
    {
        **dict.fromkeys([*range(0x64B, 0x660), 0x670, 0x640, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
        **dict.fromkeys([*range(0x2066, 0x206A), 0xFEFF]),
        **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
        ord("ى"): "ي",
    }
)
_EDGES = "\"'“”„«»‘’()[]{}<>،؛,;:-–—*•"


def bare(word: str) -> str:
    """Strip a word of quotes, brackets, vowel signs, tatweel and invisible marks, and write each alef bare."""
    return word.strip(_EDGES) if word.isascii() else word.translate(_PLAIN).strip(_EDGES)


def _words(*lists: str) -> frozenset[str]:
    """Make a table of words out of lists of them, written as they are spelt."""
    return frozenset(bare(word) for words in lists for word in words.split())


def _inflected(stems: str, prefixes: Iterable[str] = ("",), suffixes: Iterable[str] = ("",)) -> frozenset[str]:
    """Give each stem every prefix and suffix."""
    return frozenset(a + stem + z for stem in _words(stems) for a in prefixes for z in suffixes)


# --- Arabic -----------------------------------------------------------------------------------------------------

_OBJECTS = ("", "ه", "ها", "هم", "ني", "نا", "ك")
_SAYING = (
    _inflected(
        "قال أضاف تابع أجاب رد سأل تساءل صاح صرخ هتف همس علق أكد أوضح ذكر أعلن صرح كتب استطرد أردف غمغم تمتم عقب أشار "
        "لفت شدد اعتبر زعم ادعى أفاد كشف نبه حث ناشد توعد هدد استفسر استنكر اعترف اعترض أكمل واصل ختم اختتم حذر كرر",
        suffixes=[person + whom for person in ("", "ت", "وا", "ا") for whom in _OBJECTS],
    )
    | _inflected(
        "قول ضيف تابع جيب رد سأل تساءل صيح صرخ هتف همس علق ؤكد وضح ذكر علن صرح كتب ستطرد ردف شير شدد",
        prefixes=("ي", "ت", "ن"),
        suffixes=[number + whom for number in ("", "ون", "ان") for whom in _OBJECTS],
    )
    | _words("ادعت دعا دعت قائلا قائلة مضيفا مضيفة متسائلا متسائلة مؤكدا مؤكدة")
)

# Titles and ranks in full keep their name even after a stray stop: قال العميد. سامي.
_RANKS = _inflected(
    "دكتور دكتورة أستاذ أستاذة مهندس مهندسة سيد سيدة شيخ محامي قاضي لواء عميد عقيد مقدم رائد نقيب ملازم رقيب عريف "
    "فريق مشير جنرال كولونيل",
    ("", "ال"),
)

# Words that a single letter labels: «فيتامين د» ends a sentence like any other noun, «د. سامي» does not.
_LABELLED = _inflected(
    "فيتامين مجموعة فئة حرف حرفي نقطة خيار قسم شعبة ملحق خطة نموذج نوع فصيلة زمرة طراز درجة مرحلة مستوى ممر بوابة قاعة "
    "محطة صنف بند فقرة باب جزء سؤال جواب إجابة صيغة نسخة مبنى برج كبد مدخل",
    ("", "ال", "لل", "بال", "وال", "و", "ب", "ل"),
)

# Words that a number orders: «الفصل 3. من الكتاب» goes on.
_ORDERED = _inflected(
    "فصل باب مادة بند فقرة جزء مجلد عدد قسم ملحق صفحة شكل جدول رقم بيت آية سورة مبحث مطلب درس خطوة ملاحظة قرار",
    ("", "ال", "لل", "بال"),
)

# Words and abbreviations that announce a number; titles and ranks cut short.
_ANNOUNCING = _words("رقم تلف تليفون هاتف فاكس جوال نقال تحويلة مج صص صفحة عدد")
_SPELT_TITLES = _words("بروف البروف دك عق مق نق ملا")

# The names of Latin letters, as initials: «جيه. كيه. رولينغ», but «بي بي سي» is a noun.
_SPELT_LETTERS = _words("إيه بي سي دي إي إف جي إتش آي جيه كيه كي إل إم إن أو كيو آر إس تي يو في دبليو إكس واي زد")

# Units, and words that close a list: written without a stop as a rule, so the stop is the sentence's.
_UNITS = _words("كم كلم سم مم نم ملم كغ كغم كجم غم جم ملغ ملجم ملغم مجم مكغ مل سل دل طن دق ثا سا كيلو")
_UNIT_LETTERS = _words("م ل غ ك ط ث د س")
# Words before the number of a year or an hour, whose letter is an era or a half of the day: «عام 1950 م.».
_DATED = _words("عام العام سنة السنة القرن الساعة")
_AND_SO_ON = _words("إلخ وإلخ")

# Months, for a day with a stop before them: «29. أغسطس».
_MONTHS = _words(
    "يناير فبراير مارس أبريل إبريل مايو يونيو يونيه يوليو يوليوز يوليه أغسطس غشت سبتمبر شتنبر أكتوبر نوفمبر نونبر",
    "ديسمبر دجنبر كانون شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين جانفي فيفري أفريل ماي جوان جويلية أوت",
    "محرم صفر ربيع جمادى رجب شعبان رمضان شوال ذو ذي",
)

# Words that never begin a sentence.
_RELATIVE = _words("الذي التي الذين اللذان اللذين اللتان اللتين اللواتي اللاتي اللائي أو أم أن بأن لأن كي لكي بل")
# Prepositions: they begin a sentence at times, but not after a mark that is in doubt.
_PREPOSITIONS = _words(
    "في من إلى على عن مع حتى ضد بين لدى عبر نحو حول دون بدون تحت فوق وراء أمام خلف ضمن باتجاه شمال جنوب شرق غرب شمالي",
    "جنوبي شرقي غربي فيه فيها منه منها منهم إليه إليها عليه عليها عنه عنها معه معها لديه لديها له لها لهم به بها بهم",
    "أي فيما مما ممن عما حيث يوميا سنويا شهريا تقريبا صباحا مساء ظهرا فقط أيضا",
)
_TIMES = _words("قبل بعد منذ خلال عند أثناء أمس اليوم غدا")
# Adverbs that look like a preposition with the article but do begin sentences.
_ADVERBS = _words("للأسف بالطبع بالتأكيد بالفعل بالأمس بالتالي بالمقابل بالنسبة بالإضافة بالرغم بالتزامن بالمناسبة")

# Words that begin a sentence and hardly ever carry on a clause.
_OPENERS = _words(
    "ثم وقد لقد ولقد كما لكن ولكن لكنه لكنها ولكنه ولكنها بيد أما وأما وكان وكانت وكانوا فكان ولم فلم ولن وليس وليست",
    "هذا هذه ذلك وهذا وهذه وذلك وهو وهي وهم هكذا وهكذا لذلك ولذلك وبذلك لذا ولذا وعليه حينها وحينها بعدها وبعدها وبعد",
    "ومنذ وعندما وحين وإذا وهناك وثمة ثمة ولا ولعل وربما هل وهل فهل لماذا ولماذا كيف وكيف متى أين يذكر ويذكر يجدر ونحن",
)
# After an ellipsis these go on with the thought: «فكر طويلا... ثم تكلم».
_RESUMING = _RELATIVE | _AND_SO_ON | _words("ثم لكن ولكن لكنه لكنها ولكنه ولكنها فقط إلا غير")

# Nouns whose name, in quotes, may hold a final mark: فيلم "من أنت؟".
_WORKS = _inflected(
    "فيلم كتاب رواية مسلسل برنامج أغنية حملة مقال مقالة عنوان بعنوان شعار قصيدة مسرحية لعبة ألبوم سلسلة مجلة قصة "
    "فرقة قناة منصة باسم اسم كلمة عبارة سؤال موقع تطبيق شركة وسم هاشتاغ المعنون المسمى",
    ("", "ال", "لل", "بال", "و", "ب", "ل", "وال", "ف"),
    ("", "ه", "ها", "هم"),
)
_DOMAINS = _words("نت كوم أورغ")
_NAMES = _words("Yahoo Jeopardy Yum Wham Kahoot Joomla ياهو جيوباردي كاهوت جوملا")

_LETTER = "[\u0621-\u064a]"
# A title, an initial or a dotted form, with و ف ب ل ك and the article before it: د، ود، أ.د، لم.ت.ف، الق.م، اللواء.م.
_SHORT = re.compile(
    rf"[\d٠-٩.,٫٬%]*(?:[وفبلك]?(?:ال)?{_LETTER}(?:\.{_LETTER})+|[وفلبك]د|[ول]م|{_LETTER})|.*\.{_LETTER}"
)
_LATIN = re.compile(r"[A-Za-z]")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}")

# The last three letters of the longer words above, after which a full stop is in doubt.
ARABIC_STOPS = frozenset(
    word[-3:] for word in _ANNOUNCING | _SPELT_TITLES | _UNITS | _AND_SO_ON | _RANKS if len(word) > 2
) | {"إلخ"}


def arabic(mark: Mark) -> str | None:
    """Name the rule that forbids a boundary at this mark of an Arabic text, or give None."""
    if _LATIN.match(mark.after) and _LATIN.search(mark.before):
        return english(mark)
    if _is_ellipsis(mark.run) and not mark.closed:
        return _arabic_ellipsis(mark)
    if "." not in mark.run or _is_ellipsis(mark.run):
        return _arabic_question(mark)
    if mark.closed and mark.lead == "" and mark.after in _SAYING:
        return "attribution"
    if mark.after in _RELATIVE and mark.closed:
        return "continuation"
    return _arabic_stop(mark)


def _is_ellipsis(run: str) -> bool:
    """Tell `…`, `..` and `. . .` from other runs; a question or an exclamation outweighs the dots."""
    return not any(final in run for final in "!?؟") and ("…" in run or run.count(".") > 1)


def _arabic_ellipsis(mark: Mark) -> str | None:
    """Judge an ellipsis: a hesitation comes after one word, or goes on with a preposition, ثم, or the same word."""
    after = mark.after
    repeated = mark.before in (after, after[1:] if after[:1] in "وف" else after)
    if not mark.earlier or repeated or after in _RESUMING or after in _PREPOSITIONS or _is_prefixed(after):
        return "ellipsis"
    return None


def _arabic_question(mark: Mark) -> str | None:
    """Judge ؟ and ! (and an ellipsis before a closing quote): what follows may be the sentence around it."""
    if mark.closed or mark.dialogue:
        if mark.lead in _WORKS:
            return "title"
        if _says(mark.after):
            return "attribution"
        if mark.closed and _carries_on(mark.after):
            return "continuation"
    elif mark.after in _RELATIVE:
        return "continuation"
    elif mark.before in _NAMES or _LATIN.search(mark.before):
        known = (
            (mark.before in _NAMES or mark.earlier in _WORKS) and mark.after not in _OPENERS and not _says(mark.after)
        )
        return "name" if known or _carries_on(mark.after) else None
    return None


def _arabic_stop(mark: Mark) -> str | None:
    """Judge a single full stop by the word before it."""
    before, after = mark.before, mark.after
    number, unit = _measure(before)
    if number and not unit:
        return _arabic_number(mark)
    if _is_measure(mark, number, unit) or before in _AND_SO_ON:
        return "abbreviation" if _carries_on(after) else None
    if _SHORT.fullmatch(before):
        if (mark.earlier in _LABELLED and len(before) == 1) or (before == "بد" and mark.earlier[-2:] == "لا"):
            return None
        return None if mark.gap and _opens(after) else "abbreviation"
    if not mark.gap and len(after) == 1 and mark.following[1:2] == ".":
        return "abbreviation"
    if not mark.gap and after in _DOMAINS:
        return "address"
    if before in _ANNOUNCING:
        return "abbreviation" if after[:1].isdigit() else None
    if before in _SPELT_LETTERS and mark.earlier not in _SPELT_LETTERS:
        return None if _opens(after) else "initial"
    if before in _RANKS and (_says(mark.earlier) or not mark.gap):
        return None if _opens(after) else "title"
    if before in _ENGLISH_TITLES or before in _SPELT_TITLES:
        return "title"
    if _DOTTED.fullmatch(before) or before in _ENGLISH_SHORT or before in _ENGLISH_INNER:
        return None if _opens(after) else "abbreviation"
    if before in _BEFORE_NUMBER and after[:1].isdigit():
        return "abbreviation"
    if len(before) == 1 and before.isupper():
        return "initial" if after in _RELATIVE or _is_prefixed(after) else None
    return None


def _is_measure(mark: Mark, number: str, unit: str) -> bool:
    """Tell a number with its unit (`500 م`) from a year with its era (`1950 م`) and from other words."""
    lead = mark.earlier if number else mark.third
    number = number or mark.earlier
    if not number[-1:].isdigit() or not mark.gap:
        return False
    dated = lead in _DATED or lead in _MONTHS or (len(number) == 4 and (lead in _PREPOSITIONS or lead in _TIMES))
    return unit in _UNITS or (unit in _UNIT_LETTERS and not dated)


def _arabic_number(mark: Mark) -> str | None:
    """Judge a stop after a number: a day before its month, or the number of a chapter."""
    if mark.after in _MONTHS and len(mark.before) <= 2:
        return "date"
    if mark.earlier in _ORDERED and _carries_on(mark.after):
        return "ordinal"
    return None


def _measure(word: str) -> tuple[str, str]:
    """Cut a word into its leading number and the rest: `500كم` gives `500` and `كم`."""
    unit = word.lstrip("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹.,٫٬/%٪-–")
    return word[: len(word) - len(unit)], unit


def _says(word: str) -> bool:
    """Tell a verb of saying, also with و or ف before it."""
    return word in _SAYING or (word[:1] in "وف" and word[1:] in _SAYING)


def _opens(word: str) -> bool:
    """Tell a word that begins a sentence even after an abbreviation."""
    return word in _OPENERS or (word[:1] in "وف" and word[1:] in _SAYING)


def _is_prefixed(word: str) -> bool:
    """Tell a preposition written together with the article: بالمدينة، للمرة."""
    return len(word) > 3 and word.startswith(("بال", "لل")) and word not in _ADVERBS


def _carries_on(word: str) -> bool:
    """Tell a word that carries on the clause before a mark in doubt."""
    return word in _RELATIVE or word in _PREPOSITIONS or word in _TIMES or _is_prefixed(word)


# --- English ----------------------------------------------------------------------------------------------------

_ENGLISH_TITLES = _words(
    "Mr Mrs Ms Mx Dr Drs Prof Profs Rev Fr Hon Gen Col Lt Maj Capt Cpt Sgt Cpl Pvt Cmdr Adm Brig Gov Sen Sens Rep",
    "Reps Pres Supt Insp Det Amb Mme Mlle Messrs Mgr Msgr St Ste Mt Ft Atty Asst Assoc Lieut Eng Engr",
)
# Latin and bibliographical forms that stand inside a sentence.
_ENGLISH_INNER = _words("e.g i.e eg ie vs v cf viz al ca approx incl resp esp ed eds trans b d dept")
_ENGLISH_SHORT = _words(
    "Inc Co Cos Corp Ltd Bros LLC plc Jr Sr Esq Ave Blvd Rd Dept Univ Assn Jan Feb Mar Apr Jun Jul Aug Sep Sept",
    "Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Calif Mass Conn Fla Pa Ga Va Wash Ariz Colo Tex Ill Mich Minn",
)
_BEFORE_NUMBER = _words(
    "No Nos no nos Nr Vol vol Vols p pp Fig fig Figs Sec Ch ch Chap Art Eq eq Ref Tel tel Ext v Op",
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec c ca approx Apt Rm Rs",
)
_CLOCKS = _words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August",
    "September October November December GMT UTC EST EDT CST CDT PST PDT MST CET CEST BST IST AST Eastern Pacific",
    "Central Mountain Greenwich Moscow Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec",
)
_ENGLISH_OPENERS = _words(
    "The A An He She It They We You This That These Those In On At But And Or So Yet However When If After Before As",
    "For From With There Here His Her Its Their Our My Your What Why How Who Where Which While Since Although Though",
    "Because Then Now Also Still Meanwhile Moreover Nevertheless Not No Both Each Some Many Most Several Under Over",
    "During Until",
)
_ENGLISH_LABELLED = _words(
    "vitamin Vitamin plan Plan class Class type Type group Group grade Grade option Option point Point exhibit Exhibit",
    "hepatitis Hepatitis category Category appendix Appendix section Section terminal Terminal gate Gate letter",
)
_SAID = _words(
    "said says asked asks replied shouted cried added answered whispered wondered exclaimed told yelled screamed wrote",
    "demanded inquired called muttered murmured",
)
_OPENING = "\"'“„«‘([{"
_MISSING_SPACE = re.compile(r"[A-Z][a-z]*(?=[\s,'’])(?<!Com)(?<!Net)(?<!Org)")


def english(mark: Mark) -> str | None:
    """Name the rule that forbids a boundary at this mark of an English text, or give None."""
    before, after = mark.before, mark.after
    if not mark.gap and mark.opens == mark.following[:1] and not _is_repairable(mark):
        return "address"
    if after[:1].islower() and mark.opens not in _OPENING and not after[1:2].isupper():
        return "lower-case"
    if _is_ellipsis(mark.run):
        return "ellipsis" if after in {"I", "I'm", "I've", "I'd", "I'll"} and not mark.closed else None
    if "." in mark.run and not mark.closed:
        return _english_stop(mark)
    if mark.closed and "." not in mark.run and after not in _ENGLISH_OPENERS:
        words = mark.following.split()[1:4]
        if not _SAID.isdisjoint(word.strip(",.:") for word in words):
            return "attribution"
    if before in _NAMES and not mark.closed and after not in _ENGLISH_OPENERS:
        return "name"
    return None


def _english_stop(mark: Mark) -> str | None:
    """Judge a single full stop by the word before it."""
    before, after = mark.before, mark.after
    opener = after in _ENGLISH_OPENERS
    if before in _ENGLISH_TITLES:
        return None if before == "St" and opener else "title"
    if before in _BEFORE_NUMBER and after[:1].isdigit():
        return "abbreviation"
    if before.lower() in {"a.m", "p.m", "am", "pm"}:
        return "time" if after in _CLOCKS else None
    if before in _ENGLISH_INNER:
        return None if before == "al" and opener else "abbreviation"
    if len(before) == 1 and before.isupper():
        return _english_initial(mark, opener=opener)
    if _DOTTED.fullmatch(before) or before in _ENGLISH_SHORT:
        return None if opener else "abbreviation"
    return None


def _english_initial(mark: Mark, *, opener: bool) -> str | None:
    """Judge a stop after one capital letter: an initial, a label (Vitamin C) or the pronoun I."""
    if len(mark.after) == 1 and mark.after != "I" and mark.following[1:2] == ".":
        return "initial"
    if opener or mark.earlier in _ENGLISH_LABELLED or mark.before == "I":
        return None
    return "initial"


def _is_repairable(mark: Mark) -> bool:
    """Tell a missing space, `end.The next`, from a name, `Node.js` or `www.Site.com`."""
    word = mark.before.isalpha() and mark.before[-2:].islower() and len(mark.before) > 1
    return word and _MISSING_SPACE.match(mark.following) is not None


# --- Lists ------------------------------------------------------------------------------------------------------

_ENGLISH_ORDERED = _words("Chapter Section Part Article Figure Table Step Item Page No")
_ADVERBS_OF_ORDER = _words("أولا ثانيا ثالثا رابعا خامسا سادسا سابعا ثامنا تاسعا عاشرا")
_NUMBER = re.compile(rf"\d{{1,3}}(?:\.\d{{1,3}})*|[ivx]{{1,4}}|[IVX]{{1,4}}|[A-Za-z]|{_LETTER}")


def is_label(text: str) -> bool:
    """Tell whether the first words of a sentence, up to a full stop, are the label of a list item: 1، أ، الفصل 3."""
    words = [bare(word) for word in text.split()]
    if len(words) == 2 and (words[0] in _ORDERED or words[0] in _ENGLISH_ORDERED):
        del words[0]
    return len(words) == 1 and (words[0] in _ADVERBS_OF_ORDER or _NUMBER.fullmatch(words[0]) is not None)
