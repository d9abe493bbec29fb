"""The programs that people use with TMX read ours."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus import formats
from corpus.pair import Origin, Pair

# What has broken other writers' files: mark-up, quotes, control characters, marks of direction, characters beyond
# U+FFFF, long segments.
TEXTS: list[tuple[str, str, Origin]] = [
    ("عاد الطبيب ياسين إلى قريته.", "Doctor Yassin went back to his village.", "human"),
    ("السعر: <b>٥ دنانير</b> &amp; هدية", "Price: <b>5 dinars</b> &amp; a gift", "machine"),
    ("قالت ليلى: \"لن أتأخر\" ثم قالت: 'أعدك'", "Layla said: \"I won't be late\", then 'I promise'", "human"),
    ("وصل\x0bالقطار\x01متأخرًا.", "The train\x0bcame\x01late.", "machine"),
    ("\u200fالرحلة (ق-7)\u200e غدًا", "\u200eThe trip (Q-7)\u200f is tomorrow", "machine"),
    ("زرعت هدى شجرة 🌳 وتركت ورقة ]]> هنا", "Huda planted a tree 🌳 and left a note ]]> here", "post-edited"),
    (("كلمة طويلة " * 1000)[:9999] + "!", ("a long word " * 1000)[:9999] + "!", "machine"),
]
SPACES = str.maketrans("\x0b\x01", "  ")
SHOWN = [(source.translate(SPACES), target.translate(SPACES)) for source, target, _ in TEXTS]


def record(number: int, source: str, target: str, origin: Origin) -> Pair:
    return Pair(
        document="قصص/<رحلة> & أخرى",
        paragraph=number,
        sentence=number,
        start=10 * number,
        end=10 * number + len(source),
        source=source,
        target=target,
        origin=origin,
        model="compact@0a1b2c3d4e5f" if origin == "machine" else None,
        score=-0.1 if origin == "machine" else None,
        bead="1-1" if origin == "human" else None,
        alignment_score=0.9 if origin == "human" else None,
        faults=("length",) if number == 3 else (),
        target_start=7 * number if origin == "human" else None,
        target_end=7 * number + len(target) if origin == "human" else None,
    )


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """A TMX of all the texts."""
    path = tmp_path / "memory.tmx"
    pairs = (record(number, *text) for number, text in enumerate(TEXTS))
    assert formats.write(pairs, path, date=datetime(2024, 3, 9, tzinfo=UTC)) == formats.Report(7, 0, 4)
    return path


def test_dtd(memory: Path, tmx_dtd: Path, program: Callable[..., str]) -> None:
    xmllint = program("xmllint", "libxml2-utils", "--version")
    command = [xmllint, "--noout", "--nonet", "--dtdvalid", str(tmx_dtd), str(memory)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    counted = subprocess.run([xmllint, "--nonet", "--xpath", "count(//seg)", str(memory)], capture_output=True)
    assert int(counted.stdout) == 2 * len(TEXTS)


def test_our_own_reader(memory: Path) -> None:
    expected = [record(number, *text) for number, text in enumerate(TEXTS)]
    assert [(pair.source, pair.target) for pair in formats.read(memory)] == SHOWN
    for back, given in zip(formats.read(memory), expected, strict=True):
        assert replace(back, source=given.source, target=given.target) == given


def test_translate_toolkit(memory: Path) -> None:
    from translate.storage.tmx import tmxfile

    units = tmxfile.parsefile(str(memory)).units
    assert [(unit.source, unit.target) for unit in units] == SHOWN


def test_xml_tmx_reader(memory: Path, program: Callable[..., str]) -> None:
    perl = program("perl", "libxml-tmx-perl", "-MXML::TMX::Reader", "-e1")
    code = r"""
        use open qw(:std :utf8);
        XML::TMX::Reader->new($ARGV[0])->for_tu(sub {
            my ($unit) = @_;
            print join("\t", $unit->{ar}{-seg}, $unit->{en}{-seg}, $unit->{-prop}{"x-origin"}[0]), "\n";
        });
    """
    run = subprocess.run([perl, "-MXML::TMX::Reader", "-e", code, str(memory)], capture_output=True, check=True)
    rows = [row.split("\t") for row in run.stdout.decode().split("\n")[:-1]]
    assert [(source, target) for source, target, _ in rows] == SHOWN
    assert [origin for *_, origin in rows] == [origin for *_, origin in TEXTS]


PROJECT = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<omegat>
  <project version="1.0">
    <source_dir>__DEFAULT__</source_dir>
    <target_dir>__DEFAULT__</target_dir>
    <tm_dir>__DEFAULT__</tm_dir>
    <glossary_dir>__DEFAULT__</glossary_dir>
    <glossary_file>__DEFAULT__</glossary_file>
    <dictionary_dir>__DEFAULT__</dictionary_dir>
    <source_lang>AR</source_lang>
    <target_lang>EN</target_lang>
    <sentence_seg>false</sentence_seg>
    <support_default_translations>true</support_default_translations>
    <remove_tags>false</remove_tags>
  </project>
</omegat>
"""


def test_omegat_translates_a_text_with_it(memory: Path, program: Callable[..., str]) -> None:
    """OmegaT, given an Arabic text and the memory as one to apply by itself, writes the text in English."""
    omegat = program("omegat", "omegat")
    home = memory.with_name("home")
    project = memory.with_name("project")
    for folder in ("source", "target", "tm/auto", "glossary", "dictionary", "omegat"):
        (project / folder).mkdir(parents=True)
    home.mkdir()
    (project / "omegat.project").write_text(PROJECT, "utf-8")
    memory.rename(project / "tm" / "auto" / memory.name)
    text = project / "source" / "text.txt"
    text.write_text("\n\n".join(source for source, *_ in TEXTS) + "\n", "utf-8")
    command = [omegat, str(project), "--mode=console-translate", f"--config-dir={home}"]
    run = subprocess.run(command, env=os.environ | {"HOME": str(home)}, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    translated = (project / "target" / "text.txt").read_text("utf-8")
    assert translated == "\n\n".join(target for _, target in SHOWN) + "\n"
