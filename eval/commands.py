"""The command `evaluate`."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations
from json import dumps
from pathlib import Path
from typing import Any

import click

from eval.baseline import Baseline
from eval.bootstrap import SEED, Plan
from eval.checks import BLIND, flagged
from eval.comet import measure_comet
from eval.evaluation import assess
from eval.gate import Bound, Kind, Verdict, judge
from eval.groups import GROUPS
from eval.html import write_report
from eval.inputs import STREAM, label
from eval.material import Material
from eval.metrics import DEFAULT, METRICS, OUTSIDE, SCORES
from eval.report import segment_records, to_document
from eval.segments import listed
from eval.tables import show
from mt.atomic import atomic
from mt.console import Console
from mt.errors import InputError
from mt.options import engine_options

__all__ = ["evaluate"]

_EXAMPLES = """\b
Examples:
  muwazi evaluate --reference news.en --hypothesis output.en
  muwazi evaluate --source news.ar --reference a.en --reference b.en --hypothesis old=1.en --hypothesis new=2.en
  muwazi evaluate corpus --by length --by document
  muwazi evaluate --source news.ar --reference news.en --model compact --model Helsinki-NLP/opus-mt-ar-en
  muwazi evaluate corpus --min chrf2=60 --max missing-number=3 --max-drop bleu=0.5 --baseline last.json
  muwazi evaluate --source news.ar --reference news.en --hypothesis old=1.en --hypothesis new=2.en --html report.html
  zcat output.en.gz | muwazi evaluate --reference news.en --hypothesis new=- --metric bleu --json -
"""


class _Hypothesis(click.ParamType[tuple[str, str]]):
    """A system's name in the report and its file, out of `NAME=FILE` or `FILE`."""

    name = "[NAME=]FILE"
    envvar_list_splitter = os.pathsep

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Take the text before the first `=` for the name, unless it holds a slash: `./a=b.en` is a path."""
        if isinstance(value, tuple):
            return value
        name, separator, path = value.partition("=")
        if not separator or "/" in name:
            name, path = "stdin" if value == STREAM else Path(value).name, value
        if not name or not path:
            self.fail(f"{value!r} lacks the name or the file; write NAME=FILE or FILE", param, ctx)
        return click.format_filename(name), path


class _Bound(click.ParamType[Bound]):
    """A bound of the gate, `NAME=VALUE`."""

    name = "NAME=VALUE"

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def convert(self, value: str | Bound, param: click.Parameter | None, ctx: click.Context | None) -> Bound:
        """Parse it, and refuse what this kind of bound does not know."""
        if isinstance(value, Bound):
            return value
        try:
            return Bound.parse(self.kind, value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(epilog=_EXAMPLES)
@click.argument("corpus", type=click.Path(), required=False)
@click.option(
    "--reference",
    type=click.Path(),
    metavar="FILE",
    multiple=True,
    help="Reference translations. Give the option again for each further reference set.",
)
@click.option(
    "--hypothesis",
    type=_Hypothesis(),
    multiple=True,
    help="A system's translations, and its name in the report (the file's, if not given). "
    "Give the option again for each further system.",
)
@click.option("--source", type=click.Path(), metavar="FILE", help="The source: all checks need it, and models do.")
@click.option("--documents", type=click.Path(), metavar="FILE", help="Each segment's document, a name a line.")
@click.option(
    "--metric",
    type=click.Choice(list(METRICS), case_sensitive=False),
    multiple=True,
    default=DEFAULT,
    show_default=True,
    help="A metric to compute. Give the option again for each further metric; ter takes by far the longest.",
)
@click.option("--comet", type=click.Path(), metavar="MODEL", help="Also score with the COMET model in this folder.")
@click.option(
    "--comet-python",
    type=click.Path(),
    default="python3",
    show_default=True,
    metavar="PYTHON",
    help="The Python that has COMET (pip install unbabel-comet); it needs an environment of its own.",
)
@click.option(
    "--by",
    type=click.Choice(GROUPS),
    multiple=True,
    help="Also score each group of segments: by length in words, with and without quotation marks or digits, without "
    "a full stop, of a document.",
)
@click.option(
    "--realign",
    is_flag=True,
    help="Cut hypotheses that have another number of segments than the reference anew, by minimum edit distance.",
)
@click.option(
    "--bootstrap", type=click.IntRange(min=0), default=1000, show_default=True, metavar="N", help="Resamples; 0: none."
)
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="The seed of the resamples.")
@click.option(
    "--baseline-system", metavar="NAME", help="The system that others are compared with.  [default: the first]"
)
@click.option("--min", type=_Bound("min"), multiple=True, help="Fail (exit 1) where a metric is lower, as in bleu=33.")
@click.option(
    "--max",
    type=_Bound("max"),
    multiple=True,
    help="Fail where ter is higher, or more segments have a fault, as in missing-number=3 or empty=0.5%.",
)
@click.option(
    "--max-drop",
    type=_Bound("max-drop"),
    multiple=True,
    help="Fail where a metric is worse than in --baseline by more, and p < 0.05.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What --json wrote of an earlier evaluation on the same test set.",
)
@click.option("--json", type=click.Path(), metavar="FILE|-", help="Write the scores as JSON.")
@click.option(
    "--segments",
    type=click.Path(),
    metavar="FILE|-",
    help="Write scores and faults of each segment, one JSON record a line.",
)
@click.option(
    "--html",
    type=click.Path(),
    metavar="FILE",
    help="Write a page to look into: systems side by side, plots, all segments with the words that differ.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.option(
    "--model",
    multiple=True,
    metavar="MODEL",
    help="A model that translates the source here: a Hugging Face id, a folder, or compact. Give the option again for "
    "each further model.",
)
@engine_options
@click.pass_context
def evaluate(ctx: click.Context, /, **options: Any) -> None:
    """Score translations against references.

    Files are UTF-8 text, one segment a line, and line N of each file belongs to line N of the others. One of
    them may be `-`, the standard input. Or they are corpora (jsonl, tsv, tmx, parquet, or a corpus folder), of which
    the side is taken that the option says. CORPUS alone has all three: source, human reference, machine translation.
    Scores and signatures are sacreBLEU's.

    With several references, an empty line says that this reference set lacks the segment.
    """
    console: Console = ctx.obj
    inputs = _inputs(options)
    _check_usage(options, inputs)
    outputs = [path for path in (options["json"], options["segments"], options["html"]) if path]
    for path in outputs:
        _check_output(path, inputs, force=options["force"])
    baseline = Baseline.read(options["baseline"]) if options["baseline"] else None

    material = Material.read(console, options, partial(ctx.meta["service"]("read"), notice=console.notice))
    _check_names(options, material)
    for notice in material.notices():
        console.notice(notice)
    further = {}
    if options["comet"]:
        further["comet"] = measure_comet(
            material.systems, material.texts, options["comet"], options["comet_python"], console
        )
    with console.progress(
        "scoring", len(options["metric"]) * len(material.systems) * len(material.references[0].segments)
    ) as advance:
        evaluation = assess(
            material.systems,
            material.texts,
            options["metric"],
            plan=Plan(options["bootstrap"], options["seed"]),
            baseline=options["baseline_system"],
            by=options["by"],
            realigned=material.realigned,
            runs=material.runs,
            further=further,
            advance=advance,
        )
    for system in evaluation.systems:
        if numbers := flagged(system.checks["html-entity"]):
            console.notice(f"{system.name}: {listed(numbers, 'with HTML entities')}; they cost score, so unescape them")
    if options["bootstrap"] and not evaluation.spreads:
        console.notice("1 segment cannot be resampled: no intervals and no comparisons")
    for notice in baseline.check(evaluation) if baseline else ():
        console.notice(notice)
    bounds = _bounds(options)
    verdicts = judge(evaluation, bounds, baseline) if bounds else None

    if options["json"]:
        _write(options["json"], [dumps(to_document(evaluation, verdicts), ensure_ascii=False, indent=2)])
    if options["segments"]:
        _write(options["segments"], (dumps(record, ensure_ascii=False) for record in segment_records(evaluation)))
    if options["html"]:
        title = f"Translations measured against {Path(material.references[0].label).name}"
        write_report(
            evaluation,
            Path(options["html"]),
            title=title,
            verdicts=verdicts or (),
            baseline=options["baseline_system"],
        )
    if STREAM not in outputs:
        click.echo(show(evaluation, terminal=sys.stdout.isatty()))
    if verdicts and not _passed(console, verdicts):
        ctx.exit(1)


def _inputs(options: Mapping[str, Any]) -> list[str]:
    """Give the paths of all inputs."""
    single = (options["corpus"], options["source"], options["documents"], options["baseline"])
    return [
        *options["reference"],
        *(path for _, path in options["hypothesis"]),
        *(str(path) for path in single if path is not None),
    ]


def _bounds(options: Mapping[str, Any]) -> list[Bound]:
    """Give all bounds of the gate."""
    return [*options["min"], *options["max"], *options["max_drop"]]


def _check_usage(options: Mapping[str, Any], inputs: Sequence[str]) -> None:
    """Refuse what contradicts itself on the command line."""
    names = [name for name, _ in options["hypothesis"]]
    if not (names or options["model"] or options["corpus"]):
        raise click.UsageError(
            "nothing to score; give --hypothesis, --model, or a corpus of references and translations"
        )
    if not (options["reference"] or options["corpus"]):
        raise click.UsageError("nothing to score against; give --reference, or a corpus that has references")
    if options["model"] and not (options["source"] or options["corpus"]):
        raise click.UsageError("--model needs what it is to translate; give --source")
    for what, called in (("hypotheses are called", names), ("models are", options["model"])):
        for name, count in Counter(called).most_common(1):
            if count > 1:
                raise click.UsageError(f"{count} {what} {name!r}; name each once, hypotheses with NAME=FILE")
    if options["comet"] and not (options["source"] or options["corpus"]):
        raise click.UsageError("--comet needs the source; give --source")
    if inputs.count(STREAM) > 1:
        raise click.UsageError("only one of the files can be the standard input (-)")
    if options["html"] == STREAM:
        raise click.UsageError("--html - : a page goes into a file; give its name")
    written = ((f"--{name}", options[name]) for name in ("json", "segments", "html") if options[name])
    for (first, path), (second, other) in combinations(written, 2):
        if path == other:
            raise click.UsageError(f"{first} and {second} are both {path}; give another place to one of them")
    if options["max_drop"] and not options["baseline"]:
        raise click.UsageError("--max-drop needs an earlier evaluation to compare with; give --baseline FILE")
    for bound in _bounds(options):
        if bound.name in METRICS and bound.name not in options["metric"]:
            raise click.UsageError(f"{bound}: {bound.name} is not computed; add {METRICS[bound.name].option}")
        if bound.name in OUTSIDE and not options[bound.name]:
            raise click.UsageError(f"{bound}: {bound.name} is not computed; give {OUTSIDE[bound.name].option} MODEL")
        if bound.name not in (*SCORES, *BLIND) and not (options["source"] or options["corpus"]):
            raise click.UsageError(f"{bound}: {bound.name} can only be seen beside the source; give --source")


def _check_names(options: Mapping[str, Any], material: Material) -> None:
    """Refuse options that name what the inputs have not."""
    name = options["baseline_system"]
    if name is not None and name not in material.systems:
        raise InputError(f"--baseline-system {name}: is none of {', '.join(material.systems)}; give one of these")
    if "document" in options["by"] and not material.documents:
        raise InputError("--by document: it is not known which segments make a document; give --documents FILE")


def _check_output(path: str, inputs: Sequence[str], *, force: bool) -> None:
    """Refuse an output, before the work is done, that is there already, cannot be there or is an input."""
    if path == STREAM:
        return
    target, name = Path(path), label(path)
    if not target.exists():
        if not target.parent.is_dir():
            raise InputError(f"{name}: its folder does not exist; make it or choose another place")
        return
    if not target.is_file():
        raise InputError(f"{name}: is no regular file; choose another place, or - for the standard output")
    if any(Path(other).exists() and target.samefile(other) for other in inputs):
        raise InputError(f"{name}: is one of the inputs; choose another place")
    if not force:
        raise InputError(f"{name}: exists already; choose another place, or overwrite it with --force")


def _passed(console: Console, verdicts: Sequence[Verdict]) -> bool:
    """Tell whether the gate is passed, and on stderr what failed and where; a failure is told to the quiet too."""
    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        numbers = ", ".join(map(str, verdict.segments[:10]))
        click.echo(f"failed: {verdict}{f'; see segments {numbers}' if numbers else ''}", err=True)
    if not failed:
        console.notice(f"the gate is passed: {len(verdicts)} bound(s) kept")
    for verdict in verdicts:
        if verdict.forgiven:
            console.notice(f"{verdict}: more than allowed, but it may be chance")
    return not failed


def _write(path: str, lines: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all, or to the standard output."""
    if path == STREAM:
        for line in lines:
            click.echo(line)
        return
    with atomic(Path(path)) as file:
        for line in lines:
            file.write(f"{line}\n".encode())
