"""The gate on the bundled model: it passes with what the model gives on the sample articles, and fails with less.

`make baseline` writes `baseline-compact.json` anew, for when the model, the articles or the splitter have changed.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mt.cli import cli
from mt.translator import Translator

ROOT = Path(__file__).parents[2]
BASELINE = Path(__file__).with_name("baseline-compact.json")
GATE = ("--max-drop", "bleu=2", "--max-drop", "chrf2=2", "--max", "empty=0", "--max", "repetition=2")


@pytest.fixture(autouse=True)
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder that holds the sentences of the sample articles."""
    monkeypatch.chdir(tmp_path)
    for language in ("ar", "en"):
        texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob(f"*.{language}.txt"))]
        made = CliRunner().invoke(cli, ["split", "--language", language], input="".join(texts))
        Path(f"seeds.{language}").write_text("".join(f"{line}\n" for line in made.stdout.splitlines() if line), "utf-8")


def evaluate(*arguments: str) -> Result:
    common = ["--source", "seeds.ar", "--reference", "seeds.en", "--metric", "bleu", "--metric", "chrf2"]
    return CliRunner().invoke(cli, ["evaluate", *common, "--baseline", str(BASELINE), *GATE, *arguments])


def test_the_gate_passes_with_todays_model_and_fails_with_worse_output(
    translator: Callable[..., Translator],
) -> None:
    today = evaluate("--model", "compact", "--fast")
    assert today.exit_code == 0, today.output

    source = Path("seeds.ar").read_text("utf-8").splitlines()
    texts = [translation.text.split() for translation in translator().translate(source)]
    write("worse.en", [[word for place, word in enumerate(words) if place % 5 != 3] for words in texts])
    worse = evaluate("--hypothesis", "compact=worse.en")
    assert worse.exit_code == 1
    assert "failed: compact: bleu was" in worse.stderr
    assert "failed: compact: chrf2 was" in worse.stderr
    write("empty.en", [[], *texts[1:]])
    empty = evaluate("--hypothesis", "compact=empty.en")
    assert empty.exit_code == 1
    assert "failed: compact: empty in 1 segment (--max empty=0); see segments 1" in empty.stderr


def test_it_holds_for_these_sentences_alone() -> None:
    lines = Path("seeds.en").read_text("utf-8").splitlines()
    shutil.copy("seeds.en", "compact.en")
    write("seeds.en", [line.split() for line in [*lines[:-1], "Another reference."]])
    other = evaluate("--hypothesis", "compact=compact.en")
    assert other.exit_code == 1
    assert "baseline-compact.json: was made with another reference" in other.stderr


def write(name: str, texts: Sequence[Sequence[str]]) -> None:
    Path(name).write_text("".join(f"{' '.join(words)}\n" for words in texts), "utf-8")
