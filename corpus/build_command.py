"""`muwazi build`."""

import time
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.articles import find_articles
from corpus.filter_options import filter_options, pipeline_of
from corpus.formats import FORMATS
from corpus.notices import foretell, notice_cut, notice_foreign, notice_readers, report_problem
from corpus.options import DRY_RUN, reading_of, reading_options
from corpus.places import Place, here, place
from corpus.scale_options import executor_options, hand_over
from corpus.shard import Shard
from corpus.summary import counts, pairs, rest
from mt.console import Console
from mt.engine import cores
from mt.options import Setup, translation_options

if TYPE_CHECKING:
    from corpus.assembly import Choice, Result
    from corpus.plan import Plan

__all__ = ["build"]

_FORMS = (*(name for name in FORMATS if name != "jsonl"), "page")
_CROWD = 4  # workers a core that are let be
_PAGE_LIMIT = 20_000  # pairs that a browser still opens in a moment


def _check(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """Check a corpus folder or each shard in one, which needs no other option, and end the command."""
    if folder is None or ctx.resilient_parsing:
        return
    from corpus.integrity import discrepancies

    console: Console = ctx.obj
    found = 0
    for found, problem in enumerate(discrepancies(folder), 1):  # noqa: B007 (the last number is the count)
        report_problem(problem)
    if not found:
        console.notice(f"{folder} is as its manifest says")
    ctx.exit(1 if found else 0)


def _shard(_ctx: click.Context, _: click.Parameter, value: str | None) -> Shard | None:
    """Read the shard, if one is asked for."""
    return None if value is None else Shard.parse(value)


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=place, metavar="INPUT...")
@click.option("-o", "--output", required=True, type=place, metavar="DIR", help="The corpus folder.")
@click.option(
    "--check",
    type=click.Path(path_type=Path),
    metavar="DIR",
    is_eager=True,
    expose_value=False,
    callback=_check,
    help="Compare a corpus folder with its manifest, build nothing.",
)
@click.option(
    "--reference",
    type=place,
    metavar="PATH",
    help="English references: a file or a folder.  [default: NAME.en.EXT beside NAME.ar.EXT]",
)
@click.option(
    "--keep-unrelated",
    is_flag=True,
    help="Keep the pairs of references that do not look like translations of their article.",
)
@click.option(
    "--min-alignment-score",
    type=click.FloatRange(0, 1),
    metavar="X",
    help="Reject human pairs whose sides are less similar.  [default: keep all, with the fault weak-alignment]",
)
@filter_options
@click.option(
    "--format",
    multiple=True,
    type=click.Choice(_FORMS),
    help="What to write besides corpus.jsonl; may be repeated.  [default: tmx, tsv, and page where there are at most "
    f"{_PAGE_LIMIT:,} pairs]",
)
@click.option(
    "--preview", type=click.IntRange(min=0), default=0, metavar="N", help="Print the first N pairs at the end."
)
@click.option(
    "--own-memory",
    is_flag=True,
    help="Take translations that you imported (muwazi memory) before the model's; they count as human.",
)
@click.option(
    "--shard",
    metavar="I/N",
    callback=_shard,
    help="Build only the documents of shard I of N, into DIR/shard-I-of-N; muwazi merge makes one of all.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="K",
    help="Translate in K processes, which share the cores (or have --threads each).  [default: in this one]",
)
@executor_options
@DRY_RUN
@reading_options
@translation_options
@click.pass_context
def build(
    ctx: click.Context,
    /,
    inputs: tuple[Place, ...],
    output: Place,
    reference: Place | None,
    preview: int,
    own_memory: bool,
    shard: Shard | None,
    workers: int | None,
    dry_run: bool,
    **options: Any,
) -> None:
    """Build a parallel corpus of articles, and of their references where they have some.

    Writes corpus.jsonl (every pair with its origin, offsets and faults), machine.tmx and machine.tsv, page.html to
    read it, with references human.tmx, human.tsv and scores.json, and manifest.json. What filters take out goes to
    rejected.jsonl.

    A reference may be cut into sentences and paragraphs in any way: it is aligned with the article through the
    translations.

    Run again, it goes on where it was interrupted and translates only what is new or changed; the same input gives the
    same bytes.

    \b
    muwazi build article.ar.txt -o corpus
    muwazi build articles/ -o corpus --reference english/
    muwazi build articles/ -o corpus --preset light --min-alignment-score 0.3
    muwazi build seeds -o out --model compact --preview 6
    muwazi build articles/ -o shards --shard 3/16
    muwazi build --check out
    """
    from corpus.build import build as carry_out
    from corpus.plan import make_plan, survey
    from corpus.reference import find_references
    from corpus.workers import Crew

    console: Console = ctx.obj
    choice = _choice(options)
    hand_over(ctx)
    _check_workers(workers, options["device"])
    local = here(ctx, inputs, reference, output, shard)
    articles = find_articles(local.inputs, options["from"], partial=local.partial)
    references = find_references(articles, local.reference, partial=local.partial)
    folder = local.output
    if shard:
        articles, folder = shard.of(articles), shard.place(folder, local.inputs)
    if dry_run:
        from corpus.dry_run import Census

        setup = Setup.of(console, options, deterministic=True, own=own_memory)
        census = Census(setup.translator(remember=False))
        found = survey(articles, references, reading_of(options), setup, folder, census.add)
        documents = f"{found.documents:,}, {found.finished:,} of them in {folder} already"
        foretell(ctx, setup, census, documents, found.problems)
    plan = make_plan(articles, references, reading_of(options), shard)
    notice_readers(console, articles)
    setup = Setup.of(console, options, deterministic=True, own=own_memory)
    console.detail(f"the model's folder is {setup.model.path}")
    for entry in plan.entries:
        beside = f", reference {entry.reference.path}" if entry.reference else ""
        console.detail(f"{entry.article.name}: {entry.sentences:,} sentences{beside}")
    for problem in plan.problems:
        report_problem(problem)
    if not plan.sentences:
        console.notice(f"no text in {'this shard' if shard else 'the input'}: the corpus is empty")
    started = time.monotonic()
    with console.progress("translating", plan.sentences) as advance:
        result = carry_out(
            plan,
            setup,
            folder,
            choice,
            lambda: setup.translator(advance),
            lambda: ctx.meta["service"]("scores"),
            advance,
            report_problem,
            Crew(workers, advance, console.notice) if workers else None,
        )
    seconds = time.monotonic() - started
    unrelated = _unrelated(plan, result)
    for problem in unrelated:
        if choice.keep_unrelated:
            console.notice(problem)
        else:
            report_problem(f"{problem}; its pairs are in rejected.jsonl. Give --keep-unrelated where it is one")
    _notice(console, result, folder)
    if preview:
        _preview(folder, preview)
    console.summary(_rows(len(articles), seconds, setup, result, folder))
    if local.publish and local.publish():
        console.notice(f"published at {output}")
    if plan.problems or result.selection.faults["failed"] or (unrelated and not choice.keep_unrelated):
        ctx.exit(1)


def _check_workers(workers: int | None, device: str) -> None:
    """Refuse workers that would be in each other's way."""
    if not workers:
        return
    if workers > _CROWD * cores():
        raise click.UsageError(
            f"--workers {workers}: there are {cores()} core(s) here, and more workers than cores gain nothing; "
            f"give at most {cores()}"
        )
    if device not in ("auto", "cpu"):
        raise click.UsageError(
            f"--workers {workers} with --device {device}: they would share one GPU and its memory, which one process "
            "keeps busy by itself; leave one of the two out"
        )


def _choice(options: dict[str, Any]) -> "Choice":
    """Take what to keep and what to write out of the command's options."""
    from corpus.assembly import Choice

    score = options["min_alignment_score"]
    filters = pipeline_of(options, () if score is None else (f"alignment-score={score:g}",))
    forms: tuple[str, ...] = tuple(dict.fromkeys(options["format"]))
    choice = Choice(page_limit=_PAGE_LIMIT, filters=filters, keep_unrelated=options["keep_unrelated"])
    return replace(choice, forms=forms, page_limit=inf) if forms else choice


def _unrelated(plan: "Plan", result: "Result") -> list[str]:
    """Say of each reference that does not look like its article's translation what it looks like."""
    shares = result.selection.unrelated
    return [
        f"{entry.reference.path} does not look like a translation of {entry.article.place} "
        f"({shares[entry.article.name]:.0%} aligned)"
        for entry in plan.entries
        if entry.reference and entry.article.name in shares
    ]


def _notice(console: Console, result: "Result", output: Path) -> None:
    """Say what a build did that nobody would expect."""
    if result.unchanged:
        console.notice(f"{output} is finished and unchanged: nothing was done")
    notice_foreign(console, result.copied)
    notice_cut(console, result.cut)
    if result.replaced:
        console.notice(f"{result.replaced} character(s) that a format cannot hold became spaces there")
    if not result.paged:
        console.notice(
            f"no page.html: the corpus has more than {_PAGE_LIMIT:,} pairs; `muwazi page {output} -o FILE.html` makes "
            "one all the same"
        )


def _preview(folder: Path, number: int) -> None:
    """Print the first machine pairs of a corpus side by side."""
    from itertools import islice

    from rich.console import Console as RichConsole
    from rich.table import Table

    from corpus.formats import read

    table = Table("Arabic", "English", show_lines=True)
    machine = (pair for pair in read(folder / "corpus.jsonl") if pair.origin == "machine")
    for pair in islice(machine, number):
        table.add_row(" ".join(pair.source.split()), pair.target or "")
    RichConsole().print(table)


def _rows(documents: int, seconds: float, setup: Setup, result: "Result", output: Path) -> dict[str, object]:
    """Say what a build made."""
    chosen = result.selection
    rows: dict[str, object] = {
        "model": setup,
        "corpus": pairs(documents, result),
        "translated": (
            f"{result.translated:,} sentences in {seconds:,.1f} s, {result.tokens / max(seconds, 1e-9):,.0f} tokens/s"
            if result.translated
            else "nothing anew: all of it was there already"
            if result.machine or result.human or chosen.rejected
            else "nothing: no text in the input"
        ),
        "faults": counts(chosen.faults) or "none found",
    }
    rows |= setup.rows()
    if chosen.beads:
        rows["beads"] = counts(chosen.beads)
    return rows | rest(result, output)
