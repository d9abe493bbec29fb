"""What is remembered is what would be made anew; and whatever becomes of the file, the work goes on."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mt.engine import Decoding, Hypothesis
from mt.errors import InputError
from mt.memory import Memory, bring, own_in
from mt.store import OwnUnit, Store, clear, entries, kept, own_digest, own_units, shrink, today
from mt.translator import Translation, Translator
from mt.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent.parent
SENTENCES = [f"زرعت ليلى {n} شجرة في حديقة بيتها." for n in range(12)]


@dataclass
class Counted:
    """An engine that says how many words a row has, and remembers the rows."""

    vocabulary: Vocabulary
    name: str = "counted"
    workers: int = 2
    exact: bool = True
    budget: int = 1024
    rows: list[list[str]] = field(default_factory=list)

    def translate(self, batch: Sequence[Sequence[str]], decoding: Decoding) -> list[Hypothesis]:
        self.rows.extend(list(row) for row in batch)
        return [Hypothesis(tuple(self.vocabulary.encode_target(f"{len(row)} words")), -0.1 * len(row)) for row in batch]

    def attend(self, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]]) -> list[list[list[float]]]:
        raise NotImplementedError("nothing is aligned here")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, told: list[str]) -> Store:
    return Store(tmp_path / "data" / "memory.sqlite", told.append)


@pytest.fixture
def engine(vocabulary: Vocabulary) -> Counted:
    return Counted(vocabulary)


def run(engine: Counted, store: Store | None, sentences: Sequence[str], **options: Any) -> list[Translation]:
    setup = options.pop("setup", {"model": "a"})
    memory = Memory(store, setup, options.pop("own", None)) if store else None
    return list(Translator(engine, engine.vocabulary, Decoding(1), memory=memory, **options).translate(sentences))


def remembered(store: Store) -> dict[str, str]:
    with store.opened() as connection:
        return {source: record for _, source, record in entries(connection)}


def test_a_finished_job_is_not_decoded_again(engine: Counted, store: Store, told: list[str]) -> None:
    first = run(engine, store, SENTENCES)
    asked = len(engine.rows)
    assert asked == len(SENTENCES)
    tally = Counter[str]()
    advanced: list[int] = []
    assert run(engine, store, SENTENCES, tally=tally, on_batch=advanced.append) == first
    assert len(engine.rows) == asked
    assert tally["recalled"] == len(SENTENCES)
    assert sum(advanced) == len(SENTENCES)
    assert told == []


def test_what_stands_in_several_windows_counts_each_time(
    engine: Counted, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mt.translator.WINDOW", 2)
    sentences = [SENTENCES[i] for i in (0, 1, 1, 2, 1, 0, 2, 0)]
    tally = Counter[str]()
    run(engine, store, sentences, tally=tally)
    assert tally["recalled"] == 0
    run(engine, store, sentences, tally=tally)
    assert tally["recalled"] == len(sentences)


def test_with_the_real_engine_nothing_shows(
    translator: Callable[..., Translator], store: Store, arabic: list[str]
) -> None:
    """Text, score, faults, tokens and parts, bit for bit; half of them remembered, all of them, and none."""
    sentences = [*arabic[:40], "كتاب جديد، " * 60, "نعم " * 30, "😀 شكرا", "2024"]
    memory = Memory(store, {"model": "compact"})
    plain = list(translator(deterministic=True).translate(sentences))
    half = list(translator(deterministic=True, memory=memory).translate(sentences[::2]))
    for _ in range(2):
        assert list(translator(deterministic=True, memory=memory).translate(sentences)) == plain
    assert half == plain[::2]


EXTREME = st.text(st.characters(), max_size=30)
TRANSLATION = st.builds(
    Translation,
    EXTREME,
    st.floats(allow_nan=False) | st.none(),
    st.lists(EXTREME, max_size=3).map(tuple),
    st.integers(0, 10**6),
    st.integers(1, 99),
)


@settings(max_examples=40)
@given(st.dictionaries(EXTREME, st.tuples(TRANSLATION, st.lists(TRANSLATION, max_size=2).map(tuple)), max_size=8))
def test_any_translation_of_any_text_comes_back_whole(
    tmp_path_factory: pytest.TempPathFactory, made: dict[str, tuple[Translation, tuple[Translation, ...]]]
) -> None:
    """Null bytes and lone surrogates too."""
    store = Store(tmp_path_factory.mktemp("whole") / "memory.sqlite", pytest.fail)
    whole = {
        text: Translation(t.text, t.score, t.faults, t.tokens, t.parts, others) for text, (t, others) in made.items()
    }
    memory = Memory(store, {})
    with memory.session() as session:
        for text, translation in whole.items():
            session.remember(text, f"{text}\ud800\x00", translation)
    with memory.session() as session:
        assert session.recall(whole) == whole
        assert session.recall([f"{text}." for text in whole if f"{text}." not in whole]) == {}
    with store.opened() as connection:
        assert {source for _, source, _ in entries(connection)} == {f"{text}\ud800\x00" for text in whole}


def test_no_field_of_a_translation_is_forgotten() -> None:
    """A new field must be stored too, or belong to what no memory holds."""
    assert [f.name for f in fields(Translation)][:6] == ["text", "score", "faults", "tokens", "parts", "alternatives"]
    assert {f.name for f in fields(Translation)} - {"text", "score", "faults", "tokens", "parts", "alternatives"} <= {
        "origin",
        "failure",
    }


@pytest.mark.parametrize("other", [{"model": "b"}, {"model": "a", "deterministic": True}, {}])
def test_nothing_is_taken_from_another_setup(engine: Counted, store: Store, other: dict[str, Any]) -> None:
    run(engine, store, SENTENCES)
    run(engine, store, SENTENCES, setup=other)
    assert len(engine.rows) == 2 * len(SENTENCES)


def test_nothing_is_taken_from_another_version_of_the_code(
    engine: Counted, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(engine, store, SENTENCES)
    monkeypatch.setattr("mt.memory.code_digest", lambda: "another")
    run(engine, store, SENTENCES)
    assert len(engine.rows) == 2 * len(SENTENCES)


def test_what_a_model_sees_alike_is_one(engine: Counted, store: Store) -> None:
    run(engine, store, ["كَتَبَ الوَلَدُ «رِسَالَةً»"])
    run(engine, store, ["كتب الولد “رسالة”", 'كتـــب الولد "رسالة"'])
    assert len(engine.rows) == 1
    assert list(remembered(store)) == ["كَتَبَ الوَلَدُ «رِسَالَةً»"], "kept as it was written"


def test_ten_thousand_identical_sentences(engine: Counted, store: Store) -> None:
    found = run(engine, store, ["وصل القطار متأخرا"] * 10_000)
    assert len(found) == 10_000
    assert len(engine.rows) == len(remembered(store)) == 1


def test_windows_share_what_is_still_on_its_way(engine: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a memory too; a sentence that comes again much later is asked again."""
    monkeypatch.setattr("mt.translator.WINDOW", 3)
    stream = ["وصل القطار", *SENTENCES[:4], "وصل القطار", *SENTENCES[4:], "وصل القطار"]
    found = run(engine, None, stream)
    assert found[0] == found[5] == found[-1]
    assert [len(row) for row in engine.rows].count(len(engine.vocabulary.encode("وصل القطار")) + 1) == 2


def test_a_failed_translation_is_tried_again(store: Store) -> None:
    with Memory(store, {}).session() as session:
        session.remember("كتاب", "كتاب", Translation("", None, ("failed",)))
    with Memory(store, {}).session() as session:
        assert session.recall(["كتاب"]) == {}


def test_what_is_used_stays_young(store: Store, engine: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    now = today()
    monkeypatch.setattr("mt.memory.today", lambda: now - 100)
    run(engine, store, SENTENCES)
    monkeypatch.setattr("mt.memory.today", lambda: now)
    run(engine, store, SENTENCES[:5])
    with store.opened() as connection:
        (made,) = kept(connection)
        assert (made.rows, made.first, made.last) == (12, now - 100, now)
        assert clear(connection, before=now - 30) == 7
        assert shrink(connection)
        assert sorted(source for _, source, _ in entries(connection)) == sorted(SENTENCES[:5])
        assert clear(connection) == 5
        assert kept(connection) == []


# Trouble with the file


def test_a_file_that_is_no_database_is_set_aside(engine: Counted, store: Store, told: list[str]) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(b"no database at all " * 1000)
    plain = run(engine, None, SENTENCES)
    assert run(engine, store, SENTENCES) == plain
    (message,) = told
    assert str(store.path) in message
    assert "set aside as memory.damaged-1.sqlite" in message
    assert (store.path.parent / "memory.damaged-1.sqlite").read_bytes().startswith(b"no database")
    asked = len(engine.rows)
    assert run(engine, store, SENTENCES) == plain
    assert len(engine.rows) == asked
    assert len(told) == 1


@pytest.mark.parametrize("first", [1, 2])
def test_broken_pages_are_set_aside_when_they_are_met(
    engine: Counted, store: Store, told: list[str], first: int
) -> None:
    many = [f"الجملة رقم {n} من ألف" for n in range(1000)]
    plain = run(engine, store, many)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(store.path.read_bytes())
    data[4096 * first :] = b"\xff" * (len(data) - 4096 * first)
    store.path.write_bytes(data)
    assert run(engine, store, many) == plain
    assert run(engine, store, many) == plain
    assert len(engine.rows) == 2 * len(many)
    assert ["is damaged" in message for message in told] == [True]
    assert len(remembered(store)) == len(many)


def test_a_record_that_is_none_is_damage(engine: Counted, store: Store, told: list[str]) -> None:
    plain = run(engine, store, SENTENCES)
    with store.opened() as connection:
        connection.execute("UPDATE translation SET record = '[1]'")
    assert run(engine, store, SENTENCES) == plain
    assert ["is damaged" in message for message in told] == [True]


def test_a_folder_that_cannot_be_used_costs_the_memory_alone(engine: Counted, tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "memory.sqlite", told.append)
    assert run(engine, store, SENTENCES) == run(engine, None, SENTENCES)
    assert ["nothing is remembered" in message for message in told] == [True]
    with pytest.raises(InputError, match="MUWAZI_DATA_DIR"), store.opened():
        pass


def test_another_version_s_file_is_left_alone(engine: Counted, store: Store, told: list[str]) -> None:
    run(engine, store, SENTENCES)
    with store.opened() as connection:
        connection.execute("PRAGMA user_version = 99")
    run(engine, store, SENTENCES)
    assert len(engine.rows) == 2 * len(SENTENCES)
    assert ["layout 99" in message for message in told] == [True]


def test_a_full_memory_takes_no_more(
    engine: Counted, store: Store, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(engine, store, SENTENCES[:5])
    monkeypatch.setattr("mt.memory.LIMIT", 1)
    run(engine, store, SENTENCES)
    assert len(engine.rows) == len(SENTENCES)
    assert len(remembered(store)) == 5
    assert ["muwazi memory clear" in message for message in told] == [True]


def test_a_file_that_another_process_keeps_is_waited_for(
    engine: Counted, store: Store, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading goes on at once; what cannot be written now is written later, or named."""
    monkeypatch.setattr("mt.store.BUSY_SECONDS", 0.05)
    monkeypatch.setattr("mt.memory._LAST_SECONDS", 0.05)
    run(engine, store, SENTENCES[:3])
    with store.opened() as other:
        other.execute("BEGIN IMMEDIATE")
        assert run(engine, store, SENTENCES) == run(engine, None, SENTENCES)
        assert ["9 translations are lost" in message for message in told] == [True]
        with Memory(store, {"model": "a"}).session() as session:
            session.remember("كتاب", "كتاب", Translation("book", -1.0))
            session._write()
            other.execute("ROLLBACK")
    assert len(remembered(store)) == 4
    assert len(told) == 1


def test_what_is_left_at_the_end_waits_for_the_others_turns(
    engine: Counted, store: Store, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many processes that end at once each get to write."""
    monkeypatch.setattr("mt.store.BUSY_SECONDS", 0.01)
    with store.opened() as other:
        other.execute("BEGIN IMMEDIATE")
        turn = threading.Timer(0.5, other.execute, ("ROLLBACK",))
        turn.start()
        run(engine, store, SENTENCES)
        turn.join()
    assert len(remembered(store)) == len(SENTENCES)
    assert told == []


SCRIPT = """
import sys, time
from pathlib import Path
from mt.engine import Decoding, Hypothesis
from mt.memory import Memory
from mt.model import find
from mt.store import Store
from mt.translator import Translator
from mt.vocabulary import Vocabulary
import mt.memory, mt.translator

class Slow:
    name, workers, exact, budget = "slow", 1, True, 1
    def translate(self, batch, decoding):
        time.sleep({pause})
        return [Hypothesis(("▁book",), -1.0) for _ in batch]

mt.memory._SECONDS = 0.02
vocabulary = Vocabulary(find("compact", print).path)
memory = Memory(Store(Path({path!r}), print), {{"model": "a"}})
start, end = map(int, sys.argv[1:])
sentences = (f"زرعت ليلى {{n}} شجرة" for n in range(start, end))
for translation in Translator(Slow(), vocabulary, Decoding(1), memory=memory).translate(sentences):
    pass
print("finished")
"""


def started(store: Store, pause: float, start: int, end: int) -> "subprocess.Popen[str]":
    code = SCRIPT.format(pause=pause, path=str(store.path))
    command = [sys.executable, "-c", code, str(start), str(end)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ)


def count_rows(store: Store) -> int:
    if not store.path.exists():
        return 0
    try:
        with closing(sqlite3.connect(store.path)) as connection:
            return int(connection.execute("SELECT count(*) FROM translation").fetchone()[0])
    except sqlite3.OperationalError:  # it has no tables yet
        return 0


def test_after_a_kill_nothing_that_was_kept_is_translated_again(store: Store, engine: Counted) -> None:
    with started(store, 0.005, 0, 1000) as process:
        while count_rows(store) < 20:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    before = count_rows(store)
    assert 20 <= before < 1000
    with store.opened() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    run(engine, store, [f"زرعت ليلى {n} شجرة" for n in range(1000)])
    assert len(engine.rows) == 1000 - before
    assert count_rows(store) == 1000


def test_many_processes_share_the_memory(store: Store) -> None:
    """They begin together, with no file there, and write every twentieth of a second, over each other's ranges."""
    processes = [started(store, 0.0005, start, start + 300) for start in (0, 100, 200)]
    for process in processes:
        with process:
            assert process.stdout
            assert process.stdout.read() == "finished\n"
        assert process.returncode == 0
    assert count_rows(store) == 500
    with store.opened() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# The user's own translations


@pytest.fixture
def own(store: Store) -> str:
    """Bring two translations, and give the digest."""
    with store.opened() as connection:
        bring(
            connection,
            [
                OwnUnit("مَرْحَبًا بِكُمْ في العين الزرقاء!", "Welcome to Blue Spring!", "human", "town.tmx"),
                OwnUnit("قال: «نعم».", 'He said "yes".', "post-edited", "town.tmx"),
            ],
        )
        digest = own_digest(connection)
    assert digest
    return digest


def test_own_translations_come_before_the_model_s(store: Store, engine: Counted, own: str) -> None:
    tally = Counter[str]()
    sentences = [
        "مرحبا بكم في العين الزرقاء!",
        "🎉 مرحبا بكم في العين الزرقاء!",
        "مرحبا بكم في العين الزرقاء",
        "قال: “نعم”.",
    ]
    found = run(engine, store, sentences, own=own, tally=tally)
    assert [t.text for t in found[:2]] == ["Welcome to Blue Spring!", "🎉 Welcome to Blue Spring!"]
    assert found[2].origin == "machine", "another final mark is another sentence"
    assert found[3] == Translation('He said "yes".', None, origin="memory")
    assert not any(translation.copied for translation in found)
    assert tally["own"] == 3
    assert len(engine.rows) == len(remembered(store)) == 1


def test_without_the_digest_they_are_left_aside(store: Store, engine: Counted, own: str) -> None:
    (found,) = run(engine, store, ["قال: «نعم»."])
    assert found.origin == "machine"
    assert own_in(store) == own


def test_the_digest_is_that_of_the_contents(store: Store, own: str) -> None:
    with store.opened() as connection:
        units = list(own_units(connection))
        assert bring(connection, [OwnUnit(units[0].source, "Welcome", "human", "b.tsv")]) == 1
        assert own_digest(connection) != own
        assert bring(connection, [OwnUnit(u.source, u.target, "human", "c.tsv") for u in reversed(units)]) == 2
        assert own_digest(connection) == own
        assert clear(connection) == 0
        assert own_digest(connection) == own
        assert clear(connection, own=True) == 2
        assert own_digest(connection) is None


def test_own_translations_that_changed_meanwhile_stop_the_run(store: Store, engine: Counted, own: str) -> None:
    with store.opened() as connection:
        bring(connection, [OwnUnit("نعم", "Yes", "human", "town.tmx")])
    with pytest.raises(InputError, match="changed meanwhile; run the command again"):
        run(engine, store, SENTENCES, own=own)


def test_own_translations_that_are_gone_stop_the_run(store: Store, engine: Counted, own: str) -> None:
    """They decide what comes out, so that to go on without them would be no honest run."""

    def sentences() -> Iterator[str]:
        yield "نعم"
        with store.opened() as connection:
            connection.execute("DROP TABLE own")
        yield "لا"

    memory = Memory(store, {"model": "a"}, own)
    stream = Translator(engine, engine.vocabulary, Decoding(1), memory=memory).translate(sentences())
    with pytest.raises(InputError, match="own translations cannot be read"):
        list(stream)
