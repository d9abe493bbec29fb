"""What the words beside a final mark say in an Arabic text: abbreviations, verbs of saying, openers.

An abbreviation that can end a sentence (`ق.م.`) leaves its stop ambiguous. Such a stop is a boundary only before an
opener, a word that hardly ever stands inside a clause (`وقد`, `لكن`). The other way round, a unit, an era or `إلخ` is
a boundary unless the next word carries the clause on (`من`, `الذي`). After Grefenstette and Tapanainen, "What is a
word, what is a sentence?" (1994).
"""

import re

from corpus.split_english import BEFORE_NUMBER, INNER, SHORT, TITLES, english
from corpus.split_labels import ORDERED
from corpus.split_rules import DOTTED, LATIN, NAMES, Mark, bare, inflected, is_ellipsis, words

__all__ = ["DOUBTFUL", "arabic"]

# Verbs of saying, with the pronouns of those who speak and are spoken to. Those of the first table speak a quotation;
# the others report: «…؟» كشف الوزير is a new sentence.
_PERSONS = [person + whom for person in ("", "ت", "وا", "ا") for whom in ("", "ه", "ها", "هم", "ني", "نا", "ك")]
_PRESENT = [number + whom for number in ("", "ون", "ان") for whom in ("", "ه", "ها", "هم", "ني", "نا", "ك")]
_ASKING = inflected("سأل تساءل استفسر", suffixes=_PERSONS) | inflected("سأل تساءل", "ايتن", _PRESENT)
_ANSWERING = (
    inflected("أجاب رد", suffixes=_PERSONS) | inflected("جيب رد", "ايتن", _PRESENT) | words("أجبت أجبته أجبتها")
)
_TELLING = inflected("قال", suffixes=_PERSONS) | words("قلت قلنا قلن")
_SPEAKING = (
    _ASKING
    | _ANSWERING
    | _TELLING
    | inflected(
        "أضاف تابع صاح صرخ هتف همس علق أكد أوضح ذكر أعلن صرح كتب استطرد أردف غمغم تمتم عقب اعترض أكمل واصل",
        suffixes=_PERSONS,
    )
    | inflected("قول ضيف تابع صيح صرخ هتف همس علق ؤكد وضح ذكر علن صرح كتب ستطرد ردف", "ايتن", _PRESENT)
    | words("قائلا قائلة مضيفا مضيفة متسائلا متسائلة مؤكدا مؤكدة")
)
_SAYING = (
    _SPEAKING
    | inflected(
        "أشار لفت شدد اعتبر زعم ادعى أفاد كشف نبه حث ناشد توعد هدد استنكر اعترف ختم اختتم حذر كرر", suffixes=_PERSONS
    )
    | inflected("شير شدد", "ايتن", _PRESENT)
    | words("ادعت دعا دعت")
)

# Titles and ranks in full keep their name even after a stray stop: قال العميد. سامي إن …
_RANKS = inflected(
    "دكتور دكتورة أستاذ أستاذة مهندس مهندسة سيد سيدة شيخ محامي قاضي لواء عميد عقيد مقدم رائد نقيب ملازم رقيب عريف "
    "فريق مشير جنرال كولونيل",
    ("", "ال"),
)
_THAT = words("إن أن بأن")

# Words that a single letter labels: «فيتامين د» ends a sentence like any other noun, «د. سامي» does not.
_LABELLED = inflected(
    "فيتامين مجموعة فئة حرف حرفي نقطة خيار قسم شعبة ملحق خطة نموذج نوع فصيلة زمرة طراز درجة مرحلة مستوى ممر بوابة قاعة "
    "محطة صنف بند فقرة باب جزء سؤال جواب إجابة صيغة نسخة مبنى برج كبد مدخل",
    ("", "ال", "لل", "بال", "وال", "و", "ب", "ل"),
)

# Words and abbreviations that announce a number; titles and ranks cut short.
_ANNOUNCING = words("رقم تلف تليفون هاتف فاكس جوال نقال تحويلة مج صص صفحة عدد")
_SPELT_TITLES = words("بروف البروف دك عق مق نق ملا تح")

# The names of Latin letters, as initials: «جيه. كيه. رولينغ», but «بي بي سي» is a noun. Those that are words too, or
# are without their hamza, are initials only beside another one: «اتصل بي. سأرد».
_SPELT_LETTERS = words("إيه بي سي دي إي إف جي إتش آي جيه كيه كي إل إم إن أو كيو آر إس تي يو في دبليو إكس واي زد")
_LETTER_WORDS = words("بي في كي أم أل أس أف")

# Units, and words that close a list: written without a stop as a rule, so the stop is the sentence's.
_UNITS = words("كم كلم سم مم نم ملم كغ كغم كجم غم جم ملغ ملجم ملغم مجم مكغ مل سل دل طن دق ثا سا كيلو دج دت دك")
_UNIT_LETTERS = words("م ل غ ك ط ث د س")
_AND_SO_ON = words("إلخ وإلخ")
# Words before the number of a year or an hour, whose letter is an era or a half of the day: «عام 1950 م.».
_DATED = words("عام العام سنة السنة القرن الساعة")
_ERAS = words("م هـ ص")
_DATES_AGREE = words("الموافق الموافقة المصادف")

# Months, for a day with a stop before them: «29. أغسطس».
_MONTHS = words(
    "يناير فبراير مارس أبريل إبريل مايو يونيو يونيه يوليو يوليوز يوليه أغسطس غشت سبتمبر شتنبر أكتوبر نوفمبر نونبر",
    "ديسمبر دجنبر كانون شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين جانفي فيفري أفريل ماي جوان جويلية أوت",
    "محرم صفر ربيع جمادى رجب شعبان رمضان شوال ذو ذي",
)

# Words that never begin a sentence, except that some answer a question: «لماذا؟ لأن الوقت ضيق».
_BOUND = words("الذي التي الذين اللذان اللذين اللتان اللتين اللواتي اللاتي اللائي أم أو")
_RELATIVE = _BOUND | words("أن بأن لأن كي لكي بل")
# Words that carry a clause on: they begin a sentence at times, but not after a mark that is in doubt.
_PREPOSITIONS = words(
    "في من إلى على عن مع حتى ضد بين لدى عبر نحو حول دون بدون تحت فوق وراء أمام خلف ضمن باتجاه شمال جنوب شرق غرب شمالي",
    "جنوبي شرقي غربي بلا وفق حسب بحسب بحلول",
)
_TIMES = words("قبل بعد منذ خلال عند أثناء أمس اليوم غدا")
_ADVERBIALS = words(
    "فيه فيها منه منها منهم إليه إليها عليه عليها عنه عنها معه معها لديه لديها له لها لهم به بها بهم أي فيما مما ممن",
    "عما حيث يوميا سنويا شهريا تقريبا صباحا مساء ظهرا فقط أيضا",
)
_CARRYING_ON = _PREPOSITIONS | _ADVERBIALS | _TIMES
# Adverbs that look like a preposition with the article but do begin sentences.
_SENTENCE_ADVERBS = words(
    "للأسف بالطبع بالتأكيد بالفعل بالأمس بالتالي بالمقابل بالنسبة بالإضافة بالرغم بالتزامن بالمناسبة"
)
# Where a sentence begins so, its verb may come after the date: «في سنة 1258 م. سقطت المدينة».
_FRONTED = frozenset(a + word for word in _PREPOSITIONS | _TIMES | _DATED for a in ("", "و", "ف"))

# Words that begin a sentence and hardly ever carry on a clause.
_OPENERS = words(
    "ثم وقد لقد ولقد كما لكن ولكن لكنه لكنها ولكنه ولكنها بيد أما وأما وكان وكانت وكانوا فكان ولم فلم ولن وليس وليست",
    "وهذا وهذه وذلك وهو وهي وهم هكذا وهكذا لذلك ولذلك وبذلك لذا ولذا وعليه حينها وحينها بعدها وبعدها وبعد",
    "ومنذ وعندما وحين وإذا وهناك وثمة ثمة ولا ولعل وربما هل وهل فهل لماذا ولماذا كيف وكيف متى أين يذكر ويذكر يجدر ونحن",
)
_BEING = words("كان كانت كانوا ليس ليست")
# After an ellipsis these go on with the thought: «فكر طويلا... ثم تكلم».
_RESUMING = (
    _RELATIVE
    | _PREPOSITIONS
    | _ADVERBIALS
    | _AND_SO_ON
    | words("ثم لكن ولكن لكنه لكنها ولكنه ولكنها فقط إلا غير وغيره وغيرها وغيرهم وغيرهما وهكذا وهلم")
)
# No clause ends with these, and «يا رب...» is an address, not a sentence.
_INCOMPLETE = _PREPOSITIONS | _RELATIVE | words("ثم لكن ولكن إن لأنه أنه إنه هذا هذه")
_VOCATIVES = words("يا أيها أيتها ويا")

# Nouns whose name, in quotes, may hold a final mark: فيلم "من أنت؟".
_WORKS = inflected(
    "فيلم كتاب رواية مسلسل برنامج أغنية حملة مقال مقالة عنوان بعنوان شعار قصيدة مسرحية لعبة ألبوم سلسلة مجلة قصة "
    "فرقة قناة منصة باسم اسم كلمة عبارة سؤال موقع تطبيق شركة وسم هاشتاغ المعنون المسمى",
    ("", "ال", "لل", "بال", "و", "ب", "ل", "وال", "ف"),
    ("", "ه", "ها", "هم"),
)
_DOMAINS = words("نت كوم أورغ")

_LETTER = "[\u0621-\u064a]"
# A title, an initial or a dotted form, with و ف ب ل ك and the article before it: د، ود، أ.د، لم.ت.ف، الق.م، اللواء.م.
_SHORT = re.compile(
    rf"[\d٠-٩.,٫٬%]*(?:[وفبلك]?(?:ال)?{_LETTER}(?:\.{_LETTER})+|[وفلبك]د|[ول]م|{_LETTER})|.*\.{_LETTER}"
)

DOUBTFUL = frozenset(
    word[-3:] for word in _ANNOUNCING | _SPELT_TITLES | _SPELT_LETTERS | _UNITS | _AND_SO_ON | _RANKS if len(word) > 2
)
"""The last three letters of the longer words above, after which a full stop is in doubt."""


def arabic(mark: Mark) -> str | None:
    """Name the rule that forbids a boundary at this mark of an Arabic text, or give None."""
    if LATIN.match(mark.after) and LATIN.search(mark.before):
        return english(mark)
    dots = is_ellipsis(mark.run)
    if dots and not mark.closed:
        return "ellipsis" if _hesitates(mark) else None
    if dots or "." not in mark.run:
        return _question(mark)
    if mark.closed and mark.lead == "" and mark.after in _SPEAKING:
        return "attribution"
    if mark.closed and mark.after in _RELATIVE:
        return "continuation"
    # What is quoted or bracketed alone, «و» or (ص), is no abbreviation.
    return None if mark.enclosed else _stop(mark)


def _hesitates(mark: Mark) -> bool:
    """Tell an ellipsis within a sentence: too little is said before it, or what follows resumes the thought."""
    before, after = mark.before, mark.after
    short = not mark.earlier or (not mark.third and (mark.earlier in _VOCATIVES or _is_fronted(mark)))
    repeated = before in (after, after[1:] if after[:1] in "وف" else after)
    counting = before[-1:].isdecimal() and after[:1].isdecimal()
    resumed = after in _RESUMING or _is_prefixed(after)
    return short or repeated or counting or resumed or before in _INCOMPLETE


def _question(mark: Mark) -> str | None:
    """Judge ؟ and ! (and an ellipsis before a closing quote): what follows may be the sentence around it."""
    after = mark.after
    if mark.closed or mark.dialogue:
        if mark.lead in _WORKS:
            return "work"
        if _is_attributed(mark):
            return "attribution"
        # A quotation that is a sentence by itself leaves no clause for a preposition to carry on.
        if mark.closed and (after in _RELATIVE or (mark.lead != "" and _carries_on(after))):
            return "continuation"
    elif after in _BOUND:
        return "continuation"
    elif "!" in mark.run and (mark.before in NAMES or LATIN.search(mark.before)):
        known = (mark.before in NAMES or mark.earlier in _WORKS) and not _opens(after)
        return "name" if known or _carries_on(after) else None
    return None


def _is_attributed(mark: Mark) -> bool:
    """Tell a verb of saying that belongs to the quotation before it.

    A quotation after a colon has its speaker: a verb after it belongs to it only as the answer to a question, or
    joined by ف.
    """
    after = mark.after
    verb = after[1:] if after[:1] in "وف" and after[1:] in _SPEAKING else after
    if verb not in _SPEAKING:
        return False
    if not mark.introduced or after[:1] == "ف":
        return True
    return (verb in _ANSWERING and verb != after) or (mark.lead in _ASKING and verb in _TELLING)


def _stop(mark: Mark) -> str | None:
    """Judge a single full stop by the word before it."""
    before, after = mark.before, mark.after
    number, unit = _measure(before)
    if number and not unit:
        return _number(mark)
    if _is_measure(mark, number, unit) or before in _AND_SO_ON:
        return "abbreviation" if _carries_on(after) else None
    if _SHORT.fullmatch(before):
        return "abbreviation" if _is_short(mark, number, unit) else None
    if not mark.gap and len(after) == 1 and mark.dotted:
        return "abbreviation"
    if not mark.gap and after in _DOMAINS:
        return "address"
    if before in _ANNOUNCING:
        return "abbreviation" if after[:1].isdigit() else None
    if before in _SPELT_LETTERS and mark.earlier not in _SPELT_LETTERS:
        return "initial" if _is_initial(mark) else None
    if before in _RANKS and (not mark.gap or (_says(mark.earlier) and _is_said(mark))):
        return None if _opens(after) else "title"
    if before in TITLES or before in _SPELT_TITLES:
        return "title"
    if DOTTED.fullmatch(before) or before in SHORT or before in INNER:
        return None if _opens(after) else "abbreviation"
    if before in BEFORE_NUMBER and after[:1].isdigit():
        return "abbreviation"
    if len(before) == 1 and before.isupper():
        return "initial" if after in _RELATIVE or _is_prefixed(after) else None
    return None


def _is_short(mark: Mark, number: str, unit: str) -> bool:
    """Judge the stop of a letter or a dotted form: that of a title or agency, of an era, or of the sentence."""
    before, after = mark.before, mark.after
    if (mark.earlier in _LABELLED and len(before) == 1) or (before == "بد" and mark.earlier[-2:] == "لا"):
        return False
    if mark.gap and _opens(after):
        return False
    if not mark.gap or _is_fronted(mark):
        return True
    if unit in _ERAS and (number or mark.earlier)[-1:].isdecimal():
        joined = after.startswith("و") or after[:1].isdecimal() or after in _DATES_AGREE
        return joined or _carries_on(after)
    return not (unit == "ق.م" and after in _BEING)


def _is_initial(mark: Mark) -> bool:
    """Judge the stop of a Latin letter's name."""
    if mark.before in _LETTER_WORDS:
        return (mark.dotted and mark.after in _SPELT_LETTERS) or mark.earlier.rstrip(".") in _SPELT_LETTERS
    return not _opens(mark.after)


def _is_measure(mark: Mark, number: str, unit: str) -> bool:
    """Tell a number with its unit (`500 م`) from a year with its era (`1950 م`) and from other words."""
    lead = mark.earlier if number else mark.third
    number = number or mark.earlier
    if not number[-1:].isdigit() or not mark.gap:
        return False
    dated = lead in _DATED or lead in _MONTHS or (len(number) == 4 and (lead in _PREPOSITIONS or lead in _TIMES))
    return unit in _UNITS or (unit in _UNIT_LETTERS and not dated)


def _number(mark: Mark) -> str | None:
    """Judge a stop after a number: a day before its month, or the number of a chapter."""
    if mark.after in _MONTHS and len(mark.before) <= 2:
        return "date"
    if mark.earlier in ORDERED and _carries_on(mark.after):
        return "ordinal"
    return None


def _measure(word: str) -> tuple[str, str]:
    """Cut a word into its leading number and the rest: `500كم` gives `500` and `كم`."""
    unit = word.lstrip("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹.,٫٬/%٪-–")
    return word[: len(word) - len(unit)], unit


def _says(word: str) -> bool:
    """Tell a verb of saying, also with و or ف before it."""
    return word in _SAYING or (word[:1] in "وف" and word[1:] in _SAYING)


def _is_fronted(mark: Mark) -> bool:
    """Tell a sentence that begins with a preposition or a time, so that its verb may still come."""
    return bare("".join(mark.beginning.split(maxsplit=1)[:1])) in _FRONTED


def _is_said(mark: Mark) -> bool:
    """Tell whether what was said follows, with its أن or إن."""
    return any(bare(word) in _THAT for word in mark.following.split()[1:6])


def _opens(word: str) -> bool:
    """Tell a word that begins a sentence even after an abbreviation."""
    return word in _OPENERS or (word[:1] in "وف" and word[1:] in _SAYING)


def _is_prefixed(word: str) -> bool:
    """Tell a preposition written together with the article: بالمدينة، للمرة."""
    return len(word) > 3 and word.startswith(("بال", "لل")) and word not in _SENTENCE_ADVERBS


def _carries_on(word: str) -> bool:
    """Tell a word that carries on the clause before a mark in doubt."""
    return word in _RELATIVE or word in _CARRYING_ON or _is_prefixed(word)
