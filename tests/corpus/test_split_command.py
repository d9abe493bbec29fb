"""The command `split`: sentences or explanations, for people and as JSON lines."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from corpus.split_command import _is_coloured
from corpus.split_rules import RULES
from mt.cli import cli

ARTICLE = (
    "افتتاح المكتبة\n\nافتتح د. سامي المكتبة في 3.5.2024 صباحا. وحضر الحفل كثيرون.ثم غادروا.\r\n"
    'وقال: "لن نغلقها. هي لكم." وانتهى كل شيء مساء.\n'
)


def run(*args: str, stdin: str = ARTICLE) -> Result:
    return CliRunner().invoke(cli, ["split", *args], input=stdin.encode(), prog_name="muwazi")


def records(*args: str, stdin: str = ARTICLE) -> list[dict[str, Any]]:
    result = run(*args, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_sentence_a_line_and_an_empty_line_between_paragraphs() -> None:
    assert run().stdout == (
        "افتتاح المكتبة\n\nافتتح د. سامي المكتبة في 3.5.2024 صباحا.\nوحضر الحفل كثيرون.\nثم غادروا.\n\n"
        'وقال: "لن نغلقها.\nهي لكم."\nوانتهى كل شيء مساء.\n'
    )


def test_quotations_are_kept_whole() -> None:
    assert 'وقال: "لن نغلقها. هي لكم."\n' in run("--quotes", "keep").stdout


def test_sentences_have_spans() -> None:
    sentences = records()
    assert [ARTICLE[s["start"] : s["end"]] for s in sentences] == [s["text"] for s in sentences]
    assert [s["sentence"] for s in sentences] == list(range(7))
    assert [s["kind"] for s in sentences] == ["heading"] + ["paragraph"] * 6


@pytest.mark.parametrize("options", [(), ("--quotes", "keep"), ("--language", "en")])
def test_the_explanation_agrees_with_the_sentences(options: tuple[str, ...]) -> None:
    sentences, candidates = records(*options), records("--explain", *options)
    last = {s["paragraph"]: s["end"] for s in sentences}
    assert [c["offset"] for c in candidates if c["boundary"]] == [
        s["end"] for s in sentences if s["end"] != last[s["paragraph"]]
    ]


def test_the_explanation_places_each_candidate() -> None:
    lines = ARTICLE.split("\n")
    candidates = records("--explain")
    assert len(candidates) > 5
    for c in candidates:
        assert lines[c["line"] - 1][: c["column"]].endswith(ARTICLE[: c["offset"]].split("\n")[-1])
        assert c["before"].endswith(ARTICLE[c["offset"] - 1])
        assert ARTICLE[c["offset"] :].split()[0].startswith(c["after"].split()[0])
        assert c["reason"] == RULES[c["rule"]]
        assert c["boundary"] == (c["rule"] in {"mark", "missing-space"})


def test_the_explanation_for_people() -> None:
    result = run("--explain", stdin="زار د. سامي المدينة.ثم غادر.\n")
    assert result.stdout == (
        f"1:6  no        abbreviation: {RULES['abbreviation']}\n    زار د.\n    سامي المدينة.ثم غادر.\n"
        f"1:20  boundary  missing-space: {RULES['missing-space']}\n    زار د. سامي المدينة.\n    ثم غادر.\n"
    )


def test_long_context_is_cut_at_words() -> None:
    words = " ".join(["كلمة"] * 30)
    (candidate,) = records("--explain", stdin=f"{words}. {words}")
    assert candidate["before"].startswith("… كلمة ")
    assert candidate["after"].endswith(" كلمة …")
    assert len(candidate["before"]) <= 50
    assert run("--explain", stdin="كلمة").stdout == ""


def test_colours_are_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run("--explain").stdout
    assert "\x1b" not in plain
    monkeypatch.setattr("corpus.split_command._is_coloured", lambda: True)
    coloured = run("--explain").stdout
    assert "\x1b[32m" in coloured
    assert "\x1b[33m" in coloured
    assert click.unstyle(coloured) == plain


@pytest.mark.parametrize(
    ("terminal", "no_colour", "coloured"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_colours_can_be_refused(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, no_colour: str, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: terminal))
    assert _is_coloured() is coloured


def test_a_text_s_own_escapes_are_left_alone() -> None:
    assert run(stdin="نص \x1b[32mأخضر\x1b[0m هنا").stdout == "نص \x1b[32mأخضر\x1b[0m هنا\n"


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes("وصل الوفد. ثم غادر.".encode("cp1256"))
    assert run(str(path), "--encoding", "windows-1256").stdout == "وصل الوفد.\nثم غادر.\n"
    assert run(str(tmp_path)).exit_code == 1


def test_the_readable_text_is_what_offsets_count_in(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<h1>عنوان</h1><p>نص <b>قصير</b>.<br>سطر ثان &amp; غيره. وجملة.</p>", "utf-8")
    text = run("--text", str(page)).stdout
    assert text == "عنوان\n\nنص قصير.\nسطر ثان & غيره. وجملة.\n"
    found = records(str(page))
    assert [text[s["start"] : s["end"]] for s in found] == [s["text"] for s in found]
    assert [s["text"] for s in found][1:] == ["نص قصير.", "سطر ثان & غيره.", "وجملة."]
    explained = records(str(page), "--explain")
    assert [text[e["offset"] - 1] for e in explained if e["boundary"]] == ["."]


def test_nothing_to_explain_is_said() -> None:
    result = run("--explain", stdin="عنوان\nجملة واحدة.\n")
    assert result.stdout == ""
    assert result.stderr == "note: nothing to explain: no final mark has text behind it in its paragraph\n"
