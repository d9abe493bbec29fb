"""A unit of a TMX file: its variants, its properties, and what is wrong with it as a whole."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.formats.tmx_units import primary
from corpus.pair import ORIGINS, Pair
from corpus.validation.rules import Problem, short

__all__ = ["Unit"]

_SPAN = re.compile(r"(-?\d*):(-?\d*)", re.ASCII)
_POSITION = re.compile(r"(-?\d+):(-?\d+):(-?\d+):(-?\d+)", re.ASCII)
_PLACES = {
    "x-position": (_POSITION, ("paragraph", "sentence", "start", "end")),
    "x-reference-position": (_SPAN, ("target_start", "target_end")),
}
_NUMBERS = {"x-score": "score", "x-alignment-score": "alignment_score"}
_TEXTS = {"x-document": "document", "x-origin": "origin", "x-model": "model", "x-bead": "bead"}


@dataclass(slots=True)
class Variant:
    """One language's side of a unit."""

    language: str
    creation: str | None
    text: str | None = None

    @property
    def primary(self) -> str:
        """The language alone, without script, region and the rest."""
        return primary(self.language)


@dataclass(slots=True)
class Unit:
    """A unit while it is read: the `number`-th of its file, from 1."""

    number: int
    line: int
    tuid: str
    srclang: str
    properties: dict[str, str] = field(default_factory=dict)
    variants: list[Variant] = field(default_factory=list)
    prop: str = ""
    _open: set[str] = field(default_factory=set)
    _used: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The tuid, or the number where there is none."""
        return self.tuid or str(self.number)

    def begin(self, attributes: dict[str, str]) -> None:
        """Begin a variant."""
        language = attributes.get("xml:lang") or attributes.get("lang") or ""
        self.variants.append(Variant(language, attributes.get("creationid")))

    def code(self, name: str, i: str | None) -> str | None:
        """Note an element of native code; says what is wrong with its `i`."""
        if i is None:  # which the schema complains of
            return None
        if name == "bpt":
            again = i in self._used
            self._open.add(i)
            self._used.add(i)
            return f"a second <bpt> of i={short(i)} in this segment" if again else None
        if name == "ept" and i not in self._open:
            return f"an <ept> of i={short(i)} without a <bpt> before it in this segment"
        self._open.discard(i)
        return None

    def end_segment(self, text: str) -> Iterator[str]:
        """End the variant's segment; says what is wrong with the pairs of codes in it."""
        if self.variants and self.variants[-1].text is None:
            self.variants[-1].text = text
        for i in sorted(self._open):
            yield f"a <bpt> of i={short(i)} without an <ept> in this segment"
        self._open.clear()
        self._used.clear()

    def problems(self) -> Iterator[Problem]:
        """Say what is wrong with the languages of the variants."""
        primaries = {variant.primary for variant in self.variants}
        if not {"ar", "en"} <= primaries:
            had = ", ".join(variant.language or "?" for variant in self.variants) or "no variant"
            yield "languages", f"the unit has {had}; `muwazi` needs ar and en"
        source = primary(self.srclang)
        if source != "*all*" and self.variants and source not in primaries:
            yield "source-language", f"the source language is {short(self.srclang)}, in which the unit has no variant"
        languages = [variant.language.lower() for variant in self.variants]
        if len({*languages}) == len(languages):
            return
        for language, times in Counter(languages).items():
            if times > 1:
                yield "duplicate-language", f"{times} variants in {short(language)}; each is read as a translation"

    def pair(self, document: str) -> tuple[Pair | None, list[Problem]]:
        """Make the record of a unit of two sides, with what is wrong with its properties.

        `document` is its document's name where the unit does not say one.
        """
        sources = [variant for variant in self.variants if variant.primary == "ar" and variant.text is not None]
        targets = [variant for variant in self.variants if variant.primary == "en" and variant.text is not None]
        if not len(sources) == len(targets) == 1:
            blank = [v.language for v in self.variants if v.text is not None and not v.text.strip()]
            return None, [("empty-text", f"the segment of {short(language)} is blank") for language in blank]
        target = targets[0]
        record: dict[str, Any] = {"id": self.tuid, "document": document, "paragraph": 0, "sentence": self.number - 1}
        record |= {"start": 0, "end": 0, "source": sources[0].text, "target": target.text}
        record["origin"] = "machine" if target.creation == "MT!" else "human"
        problems: list[Problem] = []
        for name, value in self.properties.items():
            try:
                record |= _fields(name, value)
            except ValueError as error:
                problems.append(("property", f"{name} is {short(value)}; it should be {error}"))
        if record["origin"] not in ORIGINS:
            problems.append(("property", f"x-origin is {short(record['origin'])}; it should be {', '.join(ORIGINS)}"))
            return None, problems
        return Pair(**record), problems


def _fields(name: str, value: str) -> dict[str, Any]:
    """Read a property of ours into the record's fields; raises `ValueError` that says what it should be."""
    if name in _PLACES:
        pattern, fields = _PLACES[name]
        found = pattern.fullmatch(value)
        if not found:
            raise ValueError(":".join(fields))
        values = [int(part) if part.strip("-") else None for part in found.groups()]
        return dict(zip(fields, values, strict=True))
    if name in _NUMBERS:
        try:
            return {_NUMBERS[name]: float(value)}
        except ValueError:
            raise ValueError("a number") from None
    if name == "x-faults":
        return {"faults": tuple(value.split(","))}
    return {_TEXTS[name]: value} if name in _TEXTS else {}
