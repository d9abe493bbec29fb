"""The command that checks corpora."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from corpus.formats import FORMATS, READABLE
from corpus.validation import RULES, Examination, Finding, examine
from mt.console import Console

__all__ = ["validate"]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--format", type=click.Choice(READABLE), help="The format of the files, where the name does not tell it.")
@click.option("--json", is_flag=True, help="A JSON object of all files instead of a line a finding.")
@click.option(
    "--max-errors",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Show so many findings of a file, and only count the others; 0 shows all.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--rules", is_flag=True, help="List the rules, and what each of them asks.")
@click.pass_context
def validate(ctx: click.Context, /, files: tuple[Path, ...], max_errors: int, strict: bool, **options: Any) -> None:
    """Check corpora, naming file, line, unit and rule of each error.

    FILE is a corpus of any format, compressed or not, or a folder: all corpora in it are checked, and the files that
    its manifest names. After an error the check goes on where it can. Errors (not warnings) make the exit code 1.

    \b
    muwazi validate machine.tmx
    muwazi validate corpus/ --json > report.json
    muwazi validate news.ar              the pair of files news.ar and news.en
    curl -s https://example.org/x.tsv.gz | muwazi validate - --format tsv
    """
    console: Console = ctx.obj
    if options["rules"]:
        for name, rule in RULES.items():
            click.echo(f"{rule.severity:<8} {name:<20} {rule.meaning}")
        return
    if not files:
        raise click.UsageError("give a FILE to check")
    tallies: list[_Tally] = []
    for path in files:
        for examination in examine(path, options["format"]):
            tally = _Tally(examination)
            tallies.append(tally)
            shown = tally.run(max_errors)
            if options["json"]:
                tally.kept.extend(shown)
            else:
                _print(shown)
    if options["json"]:
        document = {"version": 1, "files": [record for tally in tallies for record in tally.records()]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    for tally in tallies:
        console.summary(_summary(tally))
    failed = any(tally.count("error") or (strict and tally.count("warning")) for tally in tallies)
    ctx.exit(1 if failed else 0)


@dataclass(slots=True)
class _Tally:
    """What was found in a corpus, counted; `kept` are the findings that are shown, where they are kept at all."""

    examination: Examination
    kept: list[Finding] = field(default_factory=list)
    rules: Counter[tuple[Path, str]] = field(default_factory=Counter)

    def run(self, most: int) -> Iterator[Finding]:
        """Carry out the check; gives its first findings (all for 0)."""
        for number, finding in enumerate(self.examination.findings):
            self.rules[finding.path, finding.rule] += 1
            if number < most or not most:
                yield finding

    def count(self, severity: str) -> int:
        """Tell how many findings are of a severity."""
        return sum(n for (_, rule), n in self.rules.items() if RULES[rule].severity == severity)

    def records(self) -> Iterator[dict[str, Any]]:
        """Describe each file for JSON."""
        for subject in self.examination.subjects:
            kept = [finding for finding in self.kept if finding.path == subject.path]
            rules = {rule: n for (path, rule), n in self.rules.items() if path == subject.path}
            yield {
                "file": str(subject.path),
                "format": subject.format,
                "units": subject.units,
                "errors": [_record(finding) for finding in kept if finding.severity == "error"],
                "warnings": [_record(finding) for finding in kept if finding.severity == "warning"],
                "rules": rules,
            }


def _record(finding: Finding) -> dict[str, Any]:
    return {"line": finding.line, "unit": finding.unit, "rule": finding.rule, "message": finding.message}


def _print(findings: Iterable[Finding]) -> None:
    """Write a line a finding, as compilers do; coloured on a terminal whose user has nothing against it."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for finding in findings:
        place = str(finding.path) if finding.line is None else f"{finding.path}:{finding.line}"
        unit = "" if finding.unit is None else f" unit {_plain(finding.unit)}"
        severity = f"{finding.severity} [{finding.rule}]"
        if coloured:
            place = click.style(place, bold=True)
            severity = click.style(severity, fg="red" if finding.severity == "error" else "yellow", bold=True)
        click.echo(f"{place}: {severity}{unit}: {finding.message}")


def _plain(unit: str) -> str:
    """Give a unit's name on one line."""
    return unit if unit.isprintable() and len(unit) <= 60 else ascii(unit[:60])


def _summary(tally: _Tally) -> dict[str, str]:
    """Sum up a file in a row, and under it how often each rule is broken."""
    subject = tally.examination.subjects[0]
    errors, warnings = tally.count("error"), tally.count("warning")
    verdict = f"{_number(errors, 'error')}, {_number(warnings, 'warning')}" if errors or warnings else "no errors"
    units = f", {_number(subject.units, 'unit')}" if subject.format in FORMATS else ""
    rules: Counter[str] = Counter()
    for (_, rule), n in tally.rules.items():
        rules[rule] += n
    return {
        str(subject.path): f"{subject.format}{units}: {verdict}",
        **{f"  {rule}": f"{n:,}" for rule, n in rules.most_common()},
    }


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
