"""JSON Lines: named fields are text, all else is kept."""

import json
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.articles import sentences_of
from corpus.markup import english
from corpus.readers import Reading
from corpus.readers.jsonl import chunks, parse, render
from mt.errors import InputError
from mt.normalize import has_arabic

LINES = """{"id": 7, "text": "زار الوفد المدينة.\\nثم عاد.", "tags": ["أ", "ب"],   "n": 1e3}\r
{"text": "\\u0634\\u0643\\u0631\\u0627", "id": 8, "article": {"body": "نص آخر.", "title": null}}

{"article": {"body": ["فقرة أولى.", "فقرة ثانية."], "title": "عنوان"}, "text": null}
"""


def texts(data: str, *fields: str) -> list[str]:
    document = parse("a", data.encode(), "a.jsonl", Reading(fields=fields or ("text",)))
    return [document.text[b.start : b.end] for b in document.blocks]


def translate(data: bytes, say: Callable[[str], str], *fields: str) -> bytes:
    reading = Reading(fields=fields or ("text",))
    document = parse("a", data, "a.jsonl", reading)
    sentences = sentences_of(document)
    blocks = list(english(document, sentences, [say(s.text) for s in sentences], lambda _: []))
    return render(data, "a.jsonl", reading, blocks)


@pytest.mark.parametrize(
    ("fields", "blocks"),
    [
        (("text",), ["زار الوفد المدينة.", "ثم عاد.", "شكرا"]),
        (("article.body",), ["نص آخر.", "فقرة أولى.", "فقرة ثانية."]),
        (("article.title", "tags"), ["أ", "ب", "عنوان"]),
    ],
)
def test_named_fields_are_blocks(fields: tuple[str, ...], blocks: list[str]) -> None:
    assert texts(LINES, *fields) == blocks


def test_a_key_may_have_a_dot_and_lists_hold_objects() -> None:
    assert texts('{"a.b": "واحد", "a": {"b": "اثنان"}, "c": [{"d": "ثلاثة"}, {"d": "أربعة"}]}', "a.b", "c.d") == [
        "واحد",
        "اثنان",
        "ثلاثة",
        "أربعة",
    ]


def test_only_the_fields_change() -> None:
    said = translate(LINES.encode(), lambda _: 'Say "hi" \\ é.', "text", "article.body").decode()
    assert said.split("\n")[0] == (
        '{"id": 7, "text": "Say \\"hi\\" \\\\ é.\\nSay \\"hi\\" \\\\ é.", "tags": ["أ", "ب"],   "n": 1e3}\r'
    )
    assert said.split("\n")[1] == (
        '{"text": "Say \\"hi\\" \\\\ \\u00e9.", "id": 8, "article": {"body": "Say \\"hi\\" \\\\ é.", "title": null}}'
    )
    assert json.loads(said.split("\n")[3])["article"]["body"] == ['Say "hi" \\ é.'] * 2
    assert translate(LINES.encode(), str, "text", "article.body", "tags") == LINES.encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"text": "أ"}\n[1]', "a.jsonl:2: no JSON object but '[1]'"),
        ('{"text": "أ"}\n\n{"text": "ب"', "a.jsonl:3: no JSON (Expecting ',' delimiter: column 13"),
        ('{"text": 5}', "a.jsonl:1: field 'text' holds 5 and no text"),
        ('{"text": {"ar": "أ"}}', "a.jsonl:1: field 'text' holds {\"ar\": "),
        ('{"text": "\\ud800"}', "a.jsonl:1: field 'text' holds half a sign (\\ud800)"),
        (
            '{"body": "أ", "meta": {"t": "ب"}, "n": 1}',
            "a.jsonl: no field 'text' in its lines (there are: body, meta.t)",
        ),
        ('{"n": 1}', "a.jsonl: no field 'text' in its lines (there are: none with text)"),
        ('{"text": ' + "[" * 200_000, "a.jsonl:1: JSON nested too deep"),
    ],
)
def test_what_cannot_be_read_is_an_error(data: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        texts(data)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_each_field_must_be_somewhere() -> None:
    assert texts('{"a": "أ"}\n{"b": "ب"}', "a", "b") == ["أ", "ب"]
    with pytest.raises(InputError, match="no field 'c' in its lines"):
        texts('{"a": "أ"}\n{"b": "ب"}', "a", "c")


def test_nothing_is_nothing() -> None:
    assert texts("") == texts("\n \n") == texts('{"text": []}') == texts('{"text": null}') == []


def test_errors_in_a_later_piece_name_the_line_of_the_file() -> None:
    data = '{"text": "سطر من النص."}\n'.encode() * 3000 + b'{"text": 5}\n'
    pieces = list(chunks(BytesIO(data)))
    assert len(pieces) > 1
    with pytest.raises(InputError, match=r"a\.jsonl:3001: field"):
        parse("a", pieces[-1], "a.jsonl", Reading())


def test_a_field_may_be_missing_in_a_later_piece() -> None:
    data = '{"text": "سطر من النص."}\n'.encode() * 3000 + b'{"id": 5}\n' * 9000
    pieces = list(chunks(BytesIO(data)))
    assert sum(len(parse("a", piece, "a", Reading()).blocks) for piece in pieces) == 3000


@settings(max_examples=50)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["text", "id", "x"]), st.text(st.sampled_from('ابت. "\\\n\ré😀\u2028')), min_size=1
        ),
        max_size=8,
    ).filter(lambda records: not records or any("text" in record for record in records)),
    st.booleans(),
)
def test_any_records(records: list[dict[str, str]], ascii_only: bool) -> None:
    data = "".join(json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records).encode()
    assert translate(data, str) == data
    said = [json.loads(line) for line in translate(data, lambda _: 'a "b".').decode().split("\n") if line]
    assert [{**record, "text": ""} for record in said] == [{**record, "text": ""} for record in records] or not any(
        "text" in record for record in records
    )
    assert not any(has_arabic(record.get("text", "")) for record in said)
