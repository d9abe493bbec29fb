"""Commands about models."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from mt.console import Console
from mt.device import PRECISIONS, Precision
from mt.errors import ModelError, reason
from mt.model import Model, cached_models, find
from mt.shortlist import SHORTLIST, shortlist_of, shortlist_path
from mt.vocabulary import Vocabulary

__all__ = ["model"]


@click.group()
def model() -> None:
    """List, describe, download and convert models.

    \b
    muwazi model list
    muwazi model info compact --json
    muwazi model get Helsinki-NLP/opus-mt-ar-en
    """


@model.command("list")
@click.option("--json", is_flag=True, help="A JSON list.")
def list_(**options: Any) -> None:
    """List the models that work without a network."""
    models = list(cached_models())
    if options["json"]:
        click.echo(
            json.dumps([{"name": m.name, "revision": m.revision, "path": str(m.path)} for m in models], indent=2)
        )
        return
    width = max(len(m.name) for m in models)
    for m in models:
        kind = "  (demonstration: its English is often wrong)" if m.demonstration else ""
        click.echo(f"{m.name:<{width}}  {m.revision}  {m.path}{kind}")


@model.command()
@click.argument("name")
@click.option("--json", is_flag=True, help="A JSON object.")
@click.pass_obj
def info(console: Console, /, name: str, **options: Any) -> None:
    """Describe a model: where it lies, its size, its licence."""
    found = find(name, console.notice)
    facts = describe(found)
    if options["json"]:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    shortlist = shortlist_of(found)
    facts["shortlist"] = "; ".join(map(str, shortlist.trials)) if shortlist else None
    width = max(map(len, facts))
    for key, value in facts.items():
        click.echo(f"{key:<{width}}  {value:,}" if isinstance(value, int) else f"{key:<{width}}  {value}")
    if name == "compact":
        click.echo("\nA demonstration model: its English is often wrong.")


@model.command()
@click.argument("name")
@click.pass_obj
def get(console: Console, name: str) -> None:
    """Download a model from Hugging Face's hub, so that later runs need no network."""
    found = find(name, console.notice)
    click.echo(f"{found.id}  {found.path}")


@model.command()
@click.argument("name")
@click.option("--precision", type=click.Choice(PRECISIONS), default="int8", show_default=True)
@click.option(
    "--shortlist",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CORPUS",
    help="First make a vocabulary shortlist, of the model's own translations of a parallel corpus.",
)
@click.option(
    "--sentences",
    type=click.IntRange(min=1),
    default=20_000,
    show_default=True,
    help="How many of the corpus the shortlist is made of.",
)
@click.option("--beside", is_flag=True, help="Keep the shortlist beside the model's files, not in the user's cache.")
@click.pass_context
def convert(ctx: click.Context, /, name: str, precision: Precision, **options: Any) -> None:
    """Convert a model for CTranslate2 now, which its first use would do otherwise.

    A shortlist makes models with large vocabularies faster: the decoder chooses among the commonest pieces and those
    that go with the source's. It is tried on 1,000 sentences of the corpus that it was not made of, greedy and with
    beam 4, and is used where at least 99.5 % stay the same and no more than 0.1 BLEU is lost. Deterministic
    translations, and so every build, do without it.
    """
    from mt.conversion import convert as convert_model

    console: Console = ctx.obj
    found = find(name, console.notice)
    if options["shortlist"]:
        from mt.shortlist_trial import make_shortlist

        read, score = partial(ctx.meta["service"]("read"), notice=console.notice), ctx.meta["service"]("score")
        shortlist = make_shortlist(
            found,
            read(options["shortlist"]),
            found.path / SHORTLIST if options["beside"] else shortlist_path(found),
            lambda hypotheses, references: float(score(hypotheses, [references], ("bleu",))["bleu"].score),
            console.notice,
            sentences=options["sentences"],
        )
        for trial in shortlist.trials:
            console.notice(f"shortlist {shortlist.digest}, {trial}")
    click.echo(convert_model(found, precision))


def describe(found: Model) -> dict[str, Any]:
    """Tell a model's name, path, revision, number of parameters and of pieces, licence and shortlist.

    The licence is None where it is not stated, the shortlist where there is none.
    """
    vocabulary, shortlist = Vocabulary(found.path), shortlist_of(found)
    return {
        "name": found.name,
        "path": str(found.path),
        "revision": found.revision,
        "parameters": _parameters(found),
        "vocabulary": len(vocabulary.numbers),
        "output_vocabulary": len(vocabulary.numbers) - len(vocabulary.unwritten),
        "licence": _licence(found),
        "shortlist": shortlist
        and {
            "digest": shortlist.digest,
            "trials": [{**asdict(trial), "on": trial.passed} for trial in shortlist.trials],
        },
    }


def _parameters(found: Model) -> int:
    """Count the weights: from the header of a safetensors file, for other files by loading them."""
    weights = found.path / "model.safetensors"
    if weights.exists():
        from math import prod

        try:
            with weights.open("rb") as handle:
                header = json.loads(handle.read(int.from_bytes(handle.read(8), "little")))
        except (OSError, ValueError) as error:
            raise ModelError(f"{weights} cannot be read ({reason(error)}); get the model again") from error
        return sum(prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
    from mt.marian import count_parameters

    return count_parameters(found.path / "pytorch_model.bin")


def _licence(found: Model) -> str | None:
    """Read the licence in the front matter of the model's card."""
    card = found.path / "README.md"
    text = card.read_text("utf-8", errors="replace") if card.exists() else ""
    if text.startswith("---\n"):
        for line in text[4:].partition("\n---")[0].split("\n"):
            key, _, value = line.partition(":")
            if key.strip() in ("license", "licence"):
                return value.strip() or None
    return None
