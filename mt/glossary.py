"""Terms that are to be translated in one way, and how a translation is held to them.

A model is not told of the terms: it translates as it would, and mostly says the term by itself. Where it says
something else, its attention tells which words of the translation stem from the term, and the given translation takes
their place. The result is read again; what does not come out right is left as it was, and the fault is named.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import Pattern

from mt.alignment import Alignment, diagonal, words
from mt.errors import FormatError, InputError
from mt.fidelity import faults
from mt.normalize import has_arabic, normalize

__all__ = ["MISSING", "Glossary", "Match", "Term", "put"]

MISSING = "missing-term"
"""The fault of a translation that a term could not be put into."""

# Hamzas are left out as often as written, and vowel marks stay in what some models see.
_FOLD = str.maketrans({**dict.fromkeys("أإآٱ", "ا"), **{chr(mark): None for mark in (*range(0x64B, 0x660), 0x670)}})
_AL = "ال"
_CLITICS = [conjunction + preposition for conjunction in ("", "و", "ف") for preposition in ("", "ب", "ك", "ل")][1:]
# Words of English that say an Arabic clitic or no Arabic word at all: they stay beside a term.
_FUNCTION = frozenset(
    {"a", "about", "an", "and", "are", "as", "at", "but", "by", "for", "from", "in", "into", "is", "like", "of"}
    | {"on", "or", "so", "than", "that", "the", "then", "to", "was", "were", "which", "with"}
)
_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class Term:
    """A term's Arabic words, folded, and its translation; `said` finds that in an English text, in the plural too."""

    words: tuple[str, ...]
    translation: str
    said: Pattern[str]

    @classmethod
    def of(cls, arabic: str, english: str) -> "Term":
        """Make a term of two texts."""
        *first, last = (re.escape(word) for word in english.split())
        plural = rf"{last[:-1]}(?:y|ies)" if last[-1:] == "y" else rf"{last}(?:s|es)?"
        phrase = "[\\s-]+".join([*first, plural])
        said = re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE)
        return cls(_folded_words(normalize(arabic)), " ".join(english.split()), said)


@dataclass(frozen=True, slots=True)
class Match:
    """A term that stands in a text, from its word `first` (see `mt.alignment.words`) to before its word `end`."""

    term: Term
    first: int
    end: int


class Glossary:
    """Terms by their first word; `digest` tells one glossary from another, whatever the order and the comments."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms: dict[str, list[Term]] = {}
        for term in sorted(terms, key=lambda term: (-len(term.words), term.words)):
            self._terms.setdefault(term.words[0], []).append(term)
        plain = sorted((term.words, term.translation) for term in terms)
        self.digest = hashlib.blake2b(json.dumps(plain).encode(), digest_size=16).hexdigest()

    @classmethod
    def read(cls, path: Path) -> "Glossary":
        """Read a table in UTF-8: term, tab, translation.

        What follows another tab is a comment, and so are lines that begin with #.

        Raises `InputError` for a file that cannot be read or has no terms, `FormatError` for a line that is none, and
        for a term with two translations.
        """
        try:
            lines = path.read_text("utf-8-sig").split("\n")
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); give a tab-separated file") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 at byte {error.start}; convert the file to UTF-8") from error
        found: dict[tuple[str, ...], tuple[int, Term]] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            arabic, _, rest = line.partition("\t")
            english = rest.split("\t")[0].strip()
            if not has_arabic(arabic) or not english or has_arabic(english):
                raise FormatError(
                    f"{path}:{number}: {line.strip()[:60]!r} is no Arabic term with an English translation behind a "
                    "tab; mend the line, or begin it with #"
                )
            term = Term.of(arabic, english)
            before, known = found.setdefault(term.words, (number, term))
            if known.translation != term.translation:
                raise FormatError(
                    f"{path}:{number}: {arabic.strip()!r} has another translation in line {before}; keep one of the two"
                )
        if not found:
            raise InputError(f"{path}: there are no terms in it; a line is a term, a tab and its translation")
        return cls([term for _, term in found.values()])

    def matches(self, text: str) -> list[Match]:
        """Find the terms in a normalised text from left to right, of several at one word the longest."""
        tokens = _folded_words(text)
        found: list[Match] = []
        at = 0
        while at < len(tokens):
            term = next(self._at(tokens, at), None)
            if term is None:
                at += 1
                continue
            found.append(Match(term, at, at + len(term.words)))
            at += len(term.words)
        return found

    def _at(self, tokens: Sequence[str], at: int) -> Iterator[Term]:
        """Give the terms that begin at a word, longer ones first."""
        candidates: dict[int, Term] = {}
        for word, clitics in _readings(tokens[at]):
            for term in self._terms.get(word, ()):
                rest = tokens[at + 1 : at + len(term.words)]
                if _is_safe(term, tokens[at], clitics) and _follow(term.words[1:], rest):
                    candidates.setdefault(len(term.words), term)
        for length in sorted(candidates, reverse=True):
            yield candidates[length]


def put(text: str, english: str, lacking: Sequence[Match], alignment: Alignment) -> tuple[str, list[Match]]:
    """Put the translations of terms that a translation lacks into it; gives it and the terms that it still lacks.

    `alignment` is of `text` and `english`. A change that brings a fault with it, or costs the translation of another
    term, is not made.
    """
    if alignment == diagonal(text, english):
        return english, list(lacking)  # nobody knows which words these are
    places = {place: match for match in lacking if (place := _place(match, english, alignment))}
    failed = [match for match in lacking if match not in places.values()]
    known = set(faults(text, english))
    done: list[Match] = []
    for (start, end), match in sorted(places.items(), reverse=True):  # from the end, so that places stay where they are
        changed = _replaced(english, start, end, match.term.translation)
        whole = all(other.term.said.search(changed) for other in (*done, match))
        if whole and known.issuperset(faults(text, changed)):
            english = changed
            done.append(match)
        else:
            failed.append(match)
    return english, failed


def _place(match: Match, english: str, alignment: Alignment) -> tuple[int, int] | None:
    """Find the words that stem from a term: the stretch in which most of the model's looks go to it.

    It begins and ends with a word that says something. It has no more of these than term or translation, but for one
    where all stand side by side: one Arabic word is often two English ones.
    """
    says = [english[start:end].lower() not in _FUNCTION for start, end in alignment.target]
    looks = [sum(row[match.first : match.end]) for row in alignment.weights]
    gains = [look - 0.5 if content else 0.0 for look, content in zip(looks, says, strict=True)]
    most = max(len(match.term.words), len(match.term.translation.split()))
    best, best_gain = None, 0.0
    for first in (number for number, own in enumerate(gains) if own > 0):
        gain, number = 0.0, 0
        for last in range(first, len(gains)):
            gain += gains[last]
            number += says[last]
            alongside = number == last - first + 1
            if number > most + alongside:
                break
            if gains[last] > 0 and gain > best_gain:
                best, best_gain = (first, last), gain
    return (alignment.target[best[0]][0], alignment.target[best[1]][1]) if best else None


def _replaced(english: str, start: int, end: int, translation: str) -> str:
    """Put a translation in place of some words, with the article, the capital and the genitive that it needs there."""
    before, old, after = english[:start], english[start:end], english[end:]
    head, _, article = before.rstrip().rpartition(" ")
    if article.lower() in _ARTICLES:
        if translation.split()[0].lower() in _ARTICLES:
            before = f"{head} " if head else ""
        elif article.lower() in ("a", "an"):
            new = "an" if translation[0].lower() in "aeiou" else "a"
            before = f"{head} ".lstrip() + (new.capitalize() if article[0].isupper() else new) + " "
    if not any(c.isalnum() for c in before):
        translation = translation[0].upper() + translation[1:]
    genitive = old[-2:] if old.endswith(("'s", "’s")) else ""
    return before + translation + genitive + after


def _folded_words(text: str) -> tuple[str, ...]:
    """Give the words of a normalised text as terms are compared."""
    seen = text.translate(_FOLD)
    return tuple(seen[start:end] for start, end in words(seen))


def _readings(word: str) -> Iterator[tuple[str, str]]:
    """Give what a word can be once clitics are taken off it, with these; the word itself first."""
    yield word, ""
    if word.startswith(_AL):
        yield word[len(_AL) :], _AL
    for clitics in _CLITICS:
        if not word.startswith(clitics):
            continue
        rest = word[len(clitics) :]
        # لل is ل and an article that has lost its alef; a noun that begins with ل keeps one of three.
        wholes = [rest, _AL + rest[1:], _AL + rest] if clitics[-1] == "ل" and rest.startswith("ل") else [rest]
        for whole in wholes:
            yield whole, clitics
            if whole.startswith(_AL):
                yield whole[len(_AL) :], clitics + _AL


def _is_safe(term: Term, word: str, clitics: str) -> bool:
    """Tell whether letters that look like clitics are some: بحرية is "naval" more often than "with freedom".

    They are where an article or a term's other words confirm it, or where the rest is long.
    """
    first = term.words[0]
    if not clitics or len(term.words) > 1:
        return True
    if clitics.endswith(_AL) or first.startswith(_AL):
        return len(first.removeprefix(_AL)) >= 3
    return len(first) >= (4 if clitics in ("و", "ف") else 5)


def _follow(terms: Sequence[str], tokens: Sequence[str]) -> bool:
    """Tell whether a term's other words follow, with or without an article."""
    pairs = zip(terms, tokens, strict=False)
    return len(terms) == len(tokens) and all(token in (term, _AL + term) for term, token in pairs)
