"""Articles into a corpus folder: resumable, and the same bytes for the same input.

What a document's key covers decides its pairs: the article's and the reference's bytes, the model, the engine, the
search, and the versions of the program and of the alignment. A sentence's translation does not depend on what else is
translated (see `mt.batch`), so a build that was killed and run again, or brought up to date, gives the bytes of an
undisturbed one. What is chosen of the pairs, and in which files they are written, is decided at the end: a build with
other filters or formats translates nothing anew.
"""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

from corpus.assembly import Choice, Result, Scorer, assemble
from corpus.folder import STATE, Folder, opened
from corpus.integrity import changes
from corpus.manifest import Manifest
from corpus.outcome import Outcome, outcomes, untranslated
from corpus.plan import Entry, Plan, keys_of
from corpus.selection import Selection
from corpus.workers import Crew
from mt.options import Setup
from mt.translator import Translator

__all__ = ["build", "unchanged"]


def build(
    plan: Plan,
    setup: Setup,
    out: Path,
    choice: Choice,
    translator: Callable[[], Translator],
    scorer: Callable[[], Scorer],
    on_kept: Callable[[int], None] = lambda _: None,
    on_failure: Callable[[str], None] = lambda _: None,
    crew: Crew | None = None,
) -> Result:
    """Carry out a plan in a corpus folder.

    The engine and the scorer are loaded where they are needed; with a `crew` its workers load the engine, and
    `translator` is not asked for. `on_kept` is told the number of sentences that were there already, `on_failure` of
    each sentence that could not be translated: it has no target, and the next build tries its document again.

    A shard that is finished and unchanged stays as it is.

    Raises `InputError` for a folder that cannot be used, `ModelError` where the engine cannot be loaded.
    """
    if plan.shard and (there := unchanged(plan, setup, out, choice)):
        on_kept(plan.sentences)
        return there
    result = Result(Selection(choice.filters, choice.keep_unrelated))
    keys = keys_of(plan, setup)
    model = setup.model.id
    with opened(out) as folder:
        folder.salvage(keys)
        missing = [entry for entry in plan.entries if not folder.has(keys[entry.article.name])]
        on_kept(plan.sentences - sum(entry.sentences for entry in missing))
        if work := [entry for entry in missing if entry.sentences]:
            made = (
                crew.outcomes(work, plan.reading, setup) if crew else outcomes(work, plan.reading, model, translator())
            )
            with closing(made):  # so that no worker outlives an error
                for outcome in made:
                    _keep(folder, keys, outcome)
                    _count(result, outcome)
                    for failure in outcome.failures:
                        on_failure(failure)
        for entry in missing:
            if not entry.sentences:
                _keep(folder, keys, untranslated(entry, plan.reading, model))
        done = (folder.found(_said(entry, keys[entry.article.name])) for entry in plan.entries)
        assemble(folder, done, _how(plan, setup), choice, scorer, result)
    return result


def _keep(folder: Folder, keys: dict[str, str], outcome: Outcome) -> None:
    """Write a document into the folder; where a sentence failed, under a key that is never asked for."""
    if outcome.failures:
        keys[outcome.name] += "-failed"
    folder.keep(keys[outcome.name], outcome.lines, outcome.facts)


def _count(result: Result, outcome: Outcome) -> None:
    """Count what was translated."""
    result.translated += outcome.sentences
    result.tokens += outcome.tokens
    result.copied += outcome.copied
    result.cut += outcome.cut


def unchanged(plan: Plan, setup: Setup, out: Path, choice: Choice) -> Result | None:
    """Tell what a finished corpus folder holds where carrying out a plan would change nothing in it, else None.

    Raises `InputError` for a manifest that cannot be read.
    """
    manifest = Manifest.of(out)
    if manifest is None or (out / STATE).exists():
        return None
    how = {**_how(plan, setup), **choice.record()}
    told = {name: value for name, value in manifest.head.items() if name not in ("counts", "files")}
    if told != json.loads(json.dumps(how)) or any(changes(out, manifest.files)):
        return None
    keys = keys_of(plan, setup)
    wanted = (_said(entry, keys[entry.article.name]) for entry in plan.entries)
    for said, want in zip_longest(manifest.documents(), wanted):
        if said is None or want is None or any(said.get(name) != value for name, value in want.items()):
            return None
    return Result.of(out, manifest, choice)


def _how(plan: Plan, setup: Setup) -> dict[str, Any]:
    """Say how a corpus is made, for the manifest."""
    date = plan.date.isoformat().replace("+00:00", "Z") if plan.date else None
    shard = {"shard": str(plan.shard)} if plan.shard else {}
    return {**setup.record(), **shard, "date": date, "reading": asdict(plan.reading)}


def _said(entry: Entry, key: str) -> dict[str, Any]:
    """Say which document it is, for the manifest."""
    reference = entry.reference
    return {
        "name": entry.article.name,
        "key": key,
        "sha256": entry.sha256,
        "sentences": entry.sentences,
        "reference": {"name": reference.path.name, "sha256": reference.sha256} if reference else None,
    }
