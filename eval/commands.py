"""The command `evaluate`."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from json import dumps
from pathlib import Path

import click

from eval.metrics import DEFAULT, METRICS
from eval.report import measure_systems, segment_records, show, to_document
from eval.segments import (
    check_parallel,
    decode_segments,
    drop_blank,
    find_blank,
    find_copied,
    find_tokenised,
    read_segments,
)
from mt.atomic import atomic
from mt.console import Console
from mt.errors import InputError

__all__ = ["evaluate"]

_STREAM = "-"
_EXAMPLES = """\b
Examples:
  muwazi evaluate --reference news.en --hypothesis output.en
  muwazi evaluate --reference a.en --reference b.en --hypothesis old=1.en --hypothesis new=2.en
  muwazi evaluate --reference news.en --hypothesis output.en --metric bleu --metric chrf2 --json -
  zcat output.en.gz | muwazi evaluate --reference news.en --source news.ar --hypothesis new=-
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
            name, path = "stdin" if value == _STREAM else Path(value).name, value
        if not name or not path:
            self.fail(f"{value!r} lacks the name or the file; write NAME=FILE or FILE", param, ctx)
        return click.format_filename(name), path


@click.command(epilog=_EXAMPLES)
@click.option(
    "--reference",
    type=click.Path(),
    metavar="FILE",
    multiple=True,
    required=True,
    help="Reference translations. Give the option again for each further reference set.",
)
@click.option(
    "--hypothesis",
    type=_Hypothesis(),
    multiple=True,
    required=True,
    help="A system's translations, and its name in the report (the file's, if not given). "
    "Give the option again for each further system.",
)
@click.option("--source", type=click.Path(), metavar="FILE", help="The source, to find what is untranslated.")
@click.option(
    "--metric",
    type=click.Choice(list(METRICS), case_sensitive=False),
    multiple=True,
    default=DEFAULT,
    show_default=True,
    help="A metric to compute. Give the option again for each further metric; ter takes by far the longest.",
)
@click.option("--json", type=click.Path(), metavar="FILE|-", help="Write the scores as JSON.")
@click.option(
    "--segments",
    type=click.Path(),
    metavar="FILE|-",
    help="Write the scores of each segment, one JSON record a line.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.pass_obj
def evaluate(
    console: Console,
    reference: tuple[str, ...],
    hypothesis: tuple[tuple[str, str], ...],
    source: str | None,
    metric: tuple[str, ...],
    json: str | None,
    segments: str | None,
    force: bool,
) -> None:
    """Score translations against references.

    Files are UTF-8 text, one segment a line, and line N of each file belongs to line N of the others. One of
    them may be `-`, the standard input. Scores and signatures are sacreBLEU's.

    With several references, an empty line says that this reference set lacks the segment.
    """
    inputs = [*reference, *(path for _, path in hypothesis), *([source] if source else [])]
    outputs = [path for path in (json, segments) if path]
    _check_usage([name for name, _ in hypothesis], inputs, outputs)
    for path in outputs:
        _check_output(path, inputs, force=force)

    # Read by position and not by name: one file may stand in two places, as in a comparison with itself.
    texts = [(_label(path), _read(path)) for path in inputs]
    check_parallel(texts)
    references = texts[: len(reference)]
    systems = {name: texts[place][1] for place, (name, _) in enumerate(hypothesis, len(reference))}
    for notice in _notices(references, systems, texts[-1][1] if source else None):
        console.notice(notice)

    alternatives = drop_blank([lines for _, lines in references])
    with console.progress("scoring", len(metric) * len(systems) * len(texts[0][1])) as advance:
        results = measure_systems(systems, alternatives, metric, advance)
    if json:
        _write(json, [dumps(to_document(results), ensure_ascii=False, indent=2)])
    if segments:
        _write(segments, (dumps(record, ensure_ascii=False) for record in segment_records(results)))
    if _STREAM not in outputs:
        click.echo(show(results, terminal=sys.stdout.isatty()))


def _check_usage(names: Sequence[str], inputs: Sequence[str], outputs: Sequence[str]) -> None:
    """Refuse what contradicts itself on the command line."""
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise click.UsageError(f"{count} hypotheses are called {name!r}; name them: --hypothesis NAME=FILE")
    if inputs.count(_STREAM) > 1:
        raise click.UsageError("only one of the files can be the standard input (-)")
    if len(set(outputs)) < len(outputs):
        raise click.UsageError(f"--json and --segments are both {outputs[0]}; give another place to one of them")


def _check_output(path: str, inputs: Sequence[str], *, force: bool) -> None:
    """Refuse an output, before the work is done, that is there already, cannot be there or is an input."""
    if path == _STREAM:
        return
    target, label = Path(path), _label(path)
    if not target.exists():
        if not target.parent.is_dir():
            raise InputError(f"{label}: its folder does not exist; make it or choose another place")
        return
    if not target.is_file():
        raise InputError(f"{label}: is no regular file; choose another place, or - for the standard output")
    if any(Path(name).exists() and target.samefile(name) for name in inputs):
        raise InputError(f"{label}: is one of the inputs; choose another place")
    if not force:
        raise InputError(f"{label}: exists already; choose another place, or overwrite it with --force")


def _notices(
    references: Sequence[tuple[str, Sequence[str]]],
    systems: Mapping[str, Sequence[str]],
    source: Sequence[str] | None,
) -> Iterator[str]:
    """Tell what makes scores mean less than they seem to."""
    for label, lines in references:
        if empty := find_blank(lines):
            yield f"{label}: {_listed(empty, 'empty')}"
    for name, lines in systems.items():
        if empty := find_blank(lines):
            yield f"{name}: {_listed(empty, 'empty')}"
        if source and (same := find_copied(lines, source)):
            yield f"{name}: {_listed(same, 'left untranslated')}"
        if len(detached := find_tokenised(lines)) * 10 > len(lines):
            yield f"{name}: {_listed(detached, 'tokenised')}; scores need text as it is written"
        for label, reference in references:
            if lines == reference:
                yield f"{name}: identical to the reference {label}"


def _listed(numbers: Sequence[int], fault: str, most: int = 10) -> str:
    """Say how many segments have a fault, and on which lines, of which the first few are named."""
    plural = "" if len(numbers) == 1 else "s"
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    lines = ", ".join(map(str, numbers[:most]))
    return f"{len(numbers)} segment{plural} {fault} (line{plural} {lines}{more})"


def _label(path: str) -> str:
    """Call a file by a name that can be printed."""
    return "stdin" if path == _STREAM else click.format_filename(path)


def _read(path: str) -> list[str]:
    """Read the segments of a file or of the standard input."""
    if path == _STREAM:
        return decode_segments(sys.stdin.buffer.read(), _label(path))
    return read_segments(Path(path))


def _write(path: str, lines: Iterable[str]) -> None:
    """Write lines to a file, whole or not at all, or to the standard output."""
    if path == _STREAM:
        for line in lines:
            click.echo(line)
        return
    with atomic(Path(path)) as file:
        for line in lines:
            file.write(f"{line}\n".encode())
