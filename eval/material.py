"""What an evaluation is made of, put together out of its inputs and seen to run parallel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.evaluation import Texts
from eval.inputs import Reader, Side, read_corpus, read_documents, read_side
from eval.models import Run, translate
from eval.realign import realign
from eval.segments import check_parallel, drop_blank, find_blank, find_copied, find_tokenised, listed
from mt.console import Console
from mt.errors import InputError

__all__ = ["Material"]


@dataclass(slots=True)
class Material:
    """Systems and what they are scored against; it is filled input by input.

    `realigned` tells how many segments a system had before its text was cut anew, `runs` how models translated, and
    `unscored` how many references of the corpus have no translation.
    """

    references: list[Side] = field(default_factory=list)
    source: Side | None = None
    documents: list[str] | None = None
    systems: dict[str, Sequence[str]] = field(default_factory=dict)
    realigned: dict[str, int] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    unscored: int = 0

    @classmethod
    def read(cls, console: Console, options: Mapping[str, Any], read: Reader) -> "Material":
        """Read the inputs that the command's options name, and let its models translate.

        Raises `InputError` for files that cannot be read or do not run parallel, and for two systems of one name;
        `ModelError` for a model that cannot be had.
        """
        material = cls()
        if options["source"]:
            material.source = read_side(options["source"], "source", read)
        if options["corpus"]:
            material._take_corpus(options["corpus"], read)
        material.references += [read_side(path, "reference", read) for path in options["reference"]]
        segments = check_parallel([(side.label, side.segments) for side in material._sides()])
        material._take_documents(options["documents"], segments)
        for name, path in options["hypothesis"]:
            lines = read_side(path, "hypothesis", read).segments
            if options["realign"] and len(lines) != segments:
                lines = material._cut(console, name, lines)
            material._add(name, lines)
        for model in options["model"]:
            material._translate(console, model, options)
        return material

    @property
    def texts(self) -> Texts:
        """What the systems are measured against."""
        return Texts(self._alternatives(), self.source.segments if self.source else None, self.documents)

    def notices(self) -> Iterator[str]:
        """Tell what makes scores mean less than they seem to."""
        if self.unscored:
            yield f"{self.unscored} reference(s) of the corpus have no translation and are not scored"
        for side in self.references:
            if empty := find_blank(side.segments):
                yield f"{side.label}: {listed(empty, 'empty')}"
        for name, lines in self.systems.items():
            yield from self._doubts(name, lines)

    def _doubts(self, name: str, lines: Sequence[str]) -> Iterator[str]:
        """Tell what is odd about a system's translations."""
        if empty := find_blank(lines):
            yield f"{name}: {listed(empty, 'empty')}"
        if self.source and (same := find_copied(lines, self.source.segments)):
            yield f"{name}: {listed(same, 'left untranslated')}"
        if len(detached := find_tokenised(lines)) * 10 > len(lines):
            yield f"{name}: {listed(detached, 'tokenised')}; scores need text as it is written"
        for side in self.references:
            if lines == side.segments:
                yield f"{name}: identical to the reference {side.label}"

    def _sides(self) -> list[Side]:
        """Give the references, then the source."""
        return [*self.references, *([self.source] if self.source else [])]

    def _alternatives(self) -> list[list[str | None]]:
        return drop_blank([side.segments for side in self.references])

    def _take_corpus(self, path: str, read: Reader) -> None:
        """Take source, reference and translations of a corpus."""
        corpus = read_corpus(path, read)
        self.source = self.source or corpus.source
        self.references.append(corpus.reference)
        self.systems[corpus.model] = corpus.hypothesis.segments
        self.unscored = corpus.unscored

    def _take_documents(self, path: str | None, segments: int) -> None:
        """Take the segments' documents from a file of their names, else from the first side that has some."""
        if path:
            self.documents = read_documents(path, segments)
        else:
            self.documents = next((side.documents for side in self._sides() if side.documents), None)

    def _cut(self, console: Console, name: str, lines: Sequence[str]) -> list[str]:
        """Cut a system's text into the references' segments."""
        self.realigned[name] = len(lines)
        alternatives = self._alternatives()
        with console.progress(f"realigning {name}", 2 * len(alternatives[0])) as advance:
            return realign(lines, alternatives, advance)

    def _add(self, name: str, lines: Sequence[str]) -> None:
        """Add a system; raises `InputError` for a name that is taken or translations that do not run parallel."""
        if name in self.systems:
            raise InputError(f"two systems are called {name!r}; name the hypotheses' files: --hypothesis NAME=FILE")
        reference = self.references[0]
        if len(lines) != len(reference.segments):
            raise InputError(
                f"{name} has {len(lines)} segments, but {reference.label} has {len(reference.segments)}; "
                "give texts that run parallel, one segment a line, or let --realign cut it anew"
            )
        self.systems[name] = lines

    def _translate(self, console: Console, model: str, options: Mapping[str, Any]) -> None:
        """Add a model's translations of the source."""
        if self.source is None:
            raise InputError(f"--model {model}: there is nothing to translate; give --source")
        with console.progress(f"translating with {model}", len(self.source.segments)) as advance:
            name, lines, run = translate(model, self.source.segments, console, options, advance)
        self._add(name, lines)
        self.runs[name] = run
