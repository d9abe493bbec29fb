"""What the words beside a final mark say in an English text, or in the English of an Arabic one.

An abbreviation that can end a sentence (`U.S.`, `Inc.`) leaves its stop ambiguous: it is a boundary only before an
opener, a word that is written with a capital nowhere but at the start of a sentence (`She`, `However`, `Analysts`).
After Mikheev, "Periods, capitalized words, etc." (2002).
"""

import re

from corpus.split_rules import DOTTED, NAMES, Mark, is_ellipsis, words

__all__ = ["BEFORE_NUMBER", "INNER", "SHORT", "TITLES", "english"]

TITLES = words(
    "Mr Mrs Ms Mx Dr Drs Prof Profs Rev Fr Hon Gen Col Lt Maj Capt Cpt Sgt Cpl Pvt Cmdr Adm Brig Gov Sen Sens Rep",
    "Reps Pres Supt Insp Det Amb Mme Mlle Messrs Mgr Msgr St Ste Mt Ft Atty Asst Assoc Lieut Eng Engr Br Rt",
)
INNER = words(
    "e.g i.e eg ie vs v cf viz al ca approx incl excl Incl Excl resp esp ed eds trans b d dept E.g I.e Cf Viz P.S N.B"
)
"""Latin and bibliographical forms that stand inside a sentence."""
_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
SHORT = words(
    "Inc Co Cos Corp Ltd Bros LLC plc Jr Sr Esq Ave Blvd Rd Dept Univ Assn Mon Tue Tues Wed Thu Thurs Fri Calif",
    "Mass Conn Fla Pa Ga Va Wash Ariz Colo Tex Ill Mich Minn",
    _MONTHS,
)
_DATED = words(_MONTHS, "A.D B.C A.H C.E B.C.E")
BEFORE_NUMBER = words(
    "No Nos no nos Nr Vol vol Vols p pp vv Fig fig Figs figs Sec sec Ch ch Chap Art art Eq eq Ref Tel tel Ext ext v Op",
    _MONTHS,
    "c ca approx Approx Apt apt Rm Rs Est est lat ft lb lbs hr hrs",
)
_ROMAN = re.compile("[IVXLC]{2,6}|V|X")
_CLOCKS = words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August",
    "September October November December GMT UTC EST EDT CST CDT PST PDT MST CET CEST BST IST AST Eastern Pacific",
    "Central Mountain Greenwich Moscow Mon Tue Wed Thu Fri Sat Sun",
    _MONTHS,
)
_OPENERS = words(
    "The A An I He She It They We You This That These Those In On At But And Or So Yet However When If After Before As",
    "For From With There Here His Her Its Their Our My Your What Why How Who Where Which While Since Although Though",
    "Because Then Now Also Still Meanwhile Moreover Nevertheless Not No Both Each Some Many Most Several Under Over",
    "During Until Nobody Everyone Everybody Nothing Everything Today Yesterday Later Finally Perhaps",
    "Is Are Was Were Do Does Did Please Yes I'm I've I'd I'll",
    "It's He's She's They're We're You're That's There's Don't Once Despite All Any Another Anyone Someone Such Even",
    "Just Only Thus Hence Therefore Instead Indeed Maybe Nor Neither Either Every Few Among Between Within Without",
    "Through Throughout Against According Besides Beyond Unlike Unless Whether Whenever Wherever Whose Can Could Would",
    "Should Have Has Had Let Last Next One Two Three Four Five Six Seven Eight Nine Ten",
)
# Plural nouns, which have a small letter in the middle of a sentence and are no part of a name: not Forces, not Women.
_PLURALS = words(
    "Officials Police Analysts Experts Authorities Residents Witnesses Shares Prices Sales Stocks Markets Investors",
    "Critics Supporters Opponents Scientists Researchers Doctors Workers Students Lawmakers Protesters People Others",
    "Children Parents Families Friends Neighbours Reporters Journalists Lawyers Prosecutors Details Talks Exports",
    "Imports Dozens Hundreds Thousands Millions",
)
_OWNERS = words("a an the his her its our their my your this that")
_POLITE = words("Mr Mrs Ms")
_FIRST_PERSON = words("I I'm I've I'd I'll")
_LABELLED = words(
    "vitamin Vitamin plan Plan class Class type Type group Group grade Grade option Option point Point exhibit Exhibit",
    "hepatitis Hepatitis category Category appendix Appendix section Section terminal Terminal gate Gate letter",
    "letters capital",
)
_SAID = words(
    "said says asked asks replied shouted cried added answered whispered wondered exclaimed told yelled screamed wrote",
    "demanded inquired called muttered murmured",
)
_QUOTES = "\"'“„«‘([{"
_MISSING_SPACE = re.compile(r"[A-Z][a-z]*(?=[\s,'’])(?<!Com)(?<!Net)(?<!Org)")
# Words that begin with a small letter wherever they stand: iPhone, al-Nour, d'Arc, de Roe; and the label of an item.
_SMALL = re.compile(
    r"[a-z][A-Z]|[a-z]{1,3}[-'’][A-Z]|(?:de|di|da|du|von|van|bin|ibn)\s{1,2}[A-Z]|(?:[a-z]|[ivx]{2,4})[.)]\s+[A-Z]"
)
_LAST_PART = re.compile(r"[-/](?=[A-Z])")  # Maj.-Gen., Mr./Mrs., non-U.S.
_TIME = re.compile(r"[A-Z][a-z]+(?:\s{1,2}[A-Z][a-z]+)?\s{1,2}time\b")


def english(mark: Mark) -> str | None:
    """Name the rule that forbids a boundary at this mark of an English text, or give None."""
    after = mark.after.replace("’", "'")
    if not mark.gap and mark.opens == mark.following[:1] and not _is_repairable(mark):
        return "address"
    if after[:1].islower() and mark.opens not in _QUOTES and not _SMALL.match(mark.following):
        return "lower-case"
    if is_ellipsis(mark.run):
        return "ellipsis" if after in _FIRST_PERSON and not mark.third and not mark.closed else None
    opener = after in _OPENERS
    if mark.run == "." and not mark.closed and not mark.enclosed:
        return _stop(mark, opener=opener or after in _PLURALS or (mark.dotted and after in _POLITE))
    if mark.closed and "." not in mark.run and not opener and mark.opens not in _QUOTES:
        following = mark.following.split()[1:4]
        if not _SAID.isdisjoint(word.strip(",.:") for word in following):
            return "attribution"
    if mark.before in NAMES and not mark.closed and not opener:
        return "name"
    return None


def _stop(mark: Mark, *, opener: bool) -> str | None:
    """Judge a single full stop by the word before it."""
    before, after = _LAST_PART.split(mark.before)[-1], mark.after
    if before in TITLES:
        alone = before == "St" or (mark.earlier.lower() in _OWNERS and not mark.dotted)
        return None if alone and opener else "title"
    if before in BEFORE_NUMBER and (after[:1].isdigit() or _ROMAN.fullmatch(after)):
        return "abbreviation"
    if before in _DATED and (before in SHORT or mark.earlier.isdigit()):
        return None if opener or not _is_early(mark) else "abbreviation"
    if before.lower() in {"a.m", "p.m", "am", "pm"}:
        return "time" if after in _CLOCKS or _TIME.match(mark.following) else None
    if before in INNER:
        return None if before == "al" and opener else "abbreviation"
    if len(before) == 1 and before.isupper():
        return _initial(mark, opener=opener)
    if DOTTED.fullmatch(before) or before in SHORT:
        return None if opener else "abbreviation"
    return None


def _is_early(mark: Mark) -> bool:
    """Tell whether the word before the mark is one of the first four of its sentence: On 5 Jan. Ann Hale spoke."""
    return f"{mark.before}." in mark.beginning.split()[:4]


def _initial(mark: Mark, *, opener: bool) -> str | None:
    """Judge a stop after one capital letter: an initial, a label (Vitamin C; A, B and C) or the pronoun I."""
    if len(mark.after) == 1 and mark.dotted:
        return "initial"
    listed = mark.earlier in {"and", "or"} and len(mark.third) == 1
    if opener or listed or mark.earlier in _LABELLED or mark.before == "I":
        return None
    return "initial"


def _is_repairable(mark: Mark) -> bool:
    """Tell a missing space, `end.The next`, from a name, `Node.js` or `www.Site.com`."""
    word = mark.before.isalpha() and mark.before[-2:].islower() and len(mark.before) > 1
    return word and _MISSING_SPACE.match(mark.following) is not None
