"""What `muwazi train` reads: corpora, a development set, the model to begin with, a text for the card."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mt.console import Console
from mt.errors import InputError, reason
from mt.model import find
from mt.training.corpora import Corpus, SentencePair, gather
from mt.training.development import Development
from mt.training.recipe import PRESETS, Shape

__all__ = ["read_corpora", "read_development", "read_text", "starting_point"]


def read_corpora(
    read: Callable[[Path], Iterable[SentencePair]], given: Sequence[tuple[str, float]], console: Console
) -> tuple[list[Corpus], dict[str, float]]:
    """Read the corpora, saying what is left out of each."""
    weights = dict(given)
    if len(weights) < len(given):
        raise click.UsageError("--corpus names a corpus twice; give it once, with a weight")
    corpora = []
    for path in weights:
        corpus = gather(path, read(Path(path)))
        reasons = ", ".join(f"{count:,} {fault}" for fault, count in corpus.dropped.items())
        console.notice(
            f"{path}: {len(corpus):,} of {corpus.read:,} pairs" + (f" (left out: {reasons})" if reasons else "")
        )
        corpora.append(corpus)
    return corpora, weights


def read_development(
    read: Callable[[Path], Iterable[SentencePair]], score: Callable[..., Mapping[str, Any]], path: str
) -> Development:
    """Read the development set; all of its pairs count.

    Raises `InputError` where it has no pairs, or one without a side.
    """
    pairs = list(read(Path(path)))
    if not pairs:
        raise InputError(f"{path}: there are no pairs in it; give a development set with some")
    for number, pair in enumerate(pairs, 1):
        if not pair.source.strip() or not (pair.target or "").strip():
            raise InputError(f"{path}: pair {number} has an empty side; leave it out of the development set")

    def scores(hypotheses: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {name: found.score for name, found in score(hypotheses, [references], ("bleu", "chrf2")).items()}

    return Development([pair.source for pair in pairs], [pair.target or "" for pair in pairs], scores)


def starting_point(options: Mapping[str, Any], console: Console) -> tuple[Path | Shape, str]:
    """Give the model's folder or the new network's shape, and its name for records."""
    if options["from"]:
        model = find(options["from"], console.notice)
        return model.path, model.id
    preset = options["preset"] or "small"
    shape = PRESETS[preset]
    if options["vocabulary"]:
        shape = replace(shape, vocabulary=options["vocabulary"])
    return shape, f"{preset}, {shape.vocabulary} pieces"


def read_text(path: Path | None) -> str | None:
    """Read a text for the model card."""
    if path is None:
        return None
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({reason(error)}); give a text file in UTF-8") from error
