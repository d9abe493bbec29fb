"""The model card: what a training was made of, how, and how good it is."""

from collections.abc import Mapping, Sequence

from mt.training.corpora import Corpus

__all__ = ["card"]


def card(
    name: str,
    *,
    corpora: Sequence[tuple[Corpus, float]],
    figures: Mapping[str, object],
    start: str,
    command: str,
    licence: str | None,
    attribution: str | None,
) -> str:
    """Compose the model card: licence, data, figures, command."""
    front = ["---", *([f"license: {licence}"] if licence else []), "language: [ar, en]", "library_name: transformers"]
    rows = [
        f"| {corpus.name} | {len(corpus):,} of {corpus.read:,} | {weight:g} | `{corpus.digest}` |"
        for corpus, weight in corpora
    ]
    left_out = [
        f"- {corpus.name}: {', '.join(f'{count:,} {fault}' for fault, count in sorted(corpus.dropped.items()))}"
        for corpus, _ in corpora
        if corpus.dropped
    ]
    lines = [
        *front,
        "pipeline_tag: translation",
        "---",
        f"# {name}: Arabic to English",
        "",
        f"A MarianMT model made with `muwazi train`, {start}.",
        "",
        "## Figures",
        "",
        "| | |",
        "|---|---|",
        *(
            f"| {key} | {value:,} |" if isinstance(value, int) else f"| {key} | {value} |"
            for key, value in figures.items()
        ),
        "",
        "## Data",
        "",
        "| corpus | pairs used | times an epoch | digest |",
        "|---|---|---|---|",
        *rows,
        *(["", "Left out:", "", *left_out] if left_out else []),
        "",
        *([attribution.strip(), ""] if attribution else []),
        *([] if licence else ["No licence is stated: that of the data, and of the model begun from, decides.", ""]),
        "Text before the model, on both sides, is that of `mt/normalize.py`: NFKC, no vowel marks, no tatweel, "
        "plain quotes and dashes.",
        "",
        "## Command",
        "",
        "```",
        command,
        "```",
        "",
    ]
    return "\n".join(lines)
