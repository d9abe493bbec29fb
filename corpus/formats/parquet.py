"""Parquet: a flat table whose texts are a struct `translation: {ar, en}`.

So Hugging Face `datasets` loads it as a translation set: the schema's metadata say so in its own words. The other
columns are the pair's fields under their own names. Surrogates, which UTF-8 cannot hold, become spaces. In a file of
another program only `translation` is needed; the rest is filled in as for bare TSV.

Written and read in groups of rows, so that memory holds one group.

Features: https://huggingface.co/docs/datasets/about_dataset_features.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.formats import Report, pair_at
from corpus.formats.streams import compression, plain
from corpus.pair import Pair
from mt.atomic import atomic
from mt.errors import FormatError, InputError, reason

if TYPE_CHECKING:
    import pyarrow

__all__ = ["read", "write"]

_ROWS = 10_000  # of a group: a few megabytes of text
_TEXTS = ("source", "target")
_COLUMNS = {
    "id": "string",
    "document": "string",
    "paragraph": "int64",
    "sentence": "int64",
    "start": "int64",
    "end": "int64",
    "origin": "string",
    "model": "string",
    "score": "float64",
    "bead": "string",
    "alignment_score": "float64",
    "faults": "list",
    "target_start": "int64",
    "target_end": "int64",
}
_SURROGATE = re.compile("[\ud800-\udfff]")


def read(path: Path) -> Iterator[Pair]:
    """Give the pairs of a file.

    Raises `FormatError` for what is not Parquet, for a file without `translation: {ar, en}`, and with the row, counted
    from 1, for a column that does not hold what it should; `InputError` where pyarrow is missing.
    """
    arrow, parquet = _pyarrow()
    _check_plain(path)
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            columns = [name for name in _COLUMNS if name in schema.names]
            _check_translation(path, schema)
            row = 0
            for batch in file.iter_batches(_ROWS, columns=["translation", *columns]):
                texts = batch.column("translation").to_pylist()
                known = [batch.column(name).to_pylist() for name in columns]
                for text, *values in zip(texts, *known, strict=True):
                    yield _pair(path, row, text, dict(zip(columns, values, strict=True)))
                    row += 1
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise InputError(f"{path}: cannot be read ({reason(error)}); check the path") from error
        raise FormatError(f"{path}: damaged Parquet ({reason(error)}); get the file anew") from error
    except arrow.ArrowException as error:
        raise FormatError(f"{path}: no Parquet ({reason(error)}); name the file's format") from error


def write(pairs: Iterable[Pair], path: Path) -> Report:
    """Write every pair.

    Raises `FormatError` for a number that 64 bits cannot hold, `InputError` where pyarrow is missing.
    """
    arrow, parquet = _pyarrow()
    _check_plain(path)
    schema = _schema(arrow)
    written = replaced = 0
    rest = iter(pairs)
    with atomic(path) as handle, parquet.ParquetWriter(handle, schema, compression="zstd") as writer:
        while group := list(islice(rest, _ROWS)):
            table, changed = _table(path, arrow, schema, group)
            writer.write_table(table)
            written += len(group)
            replaced += changed
    return Report(written, 0, replaced)


def _pyarrow() -> tuple[Any, Any]:
    """Import the library, which is no part of a plain installation."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError('Parquet needs pyarrow; run: pip install "muwazi[parquet]"') from error
    return pyarrow, pyarrow.parquet


def _check_plain(path: Path) -> None:
    """Raise `FormatError` for a name that asks for compression."""
    if compression(path):
        raise FormatError(f"{path}: Parquet is compressed inside; call it {plain(path).name}")


def _check_translation(path: Path, schema: "pyarrow.Schema") -> None:
    """Raise `FormatError` where a table has no column of Arabic and English texts."""
    if "translation" not in schema.names:
        raise FormatError(f"{path}: no column 'translation'; its columns are {', '.join(schema.names)}")
    kind = schema.field("translation").type
    found = {kind.field(i).name for i in range(kind.num_fields)}
    if not found >= {"ar", "en"}:
        raise FormatError(f"{path}: the column 'translation' is {kind} and should have the fields ar and en")


def _schema(arrow: Any) -> "pyarrow.Schema":
    """Give the table's columns, with the features that `datasets` reads out of the metadata."""
    types = {"list": arrow.list_(arrow.string())}
    columns = [(name, types.get(kind) or arrow.type_for_alias(kind)) for name, kind in _COLUMNS.items()]
    texts = arrow.struct([("ar", arrow.string()), ("en", arrow.string())])
    names = {"list": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}}
    features = {
        "translation": {"languages": ["ar", "en"], "_type": "Translation"},
        **{name: names.get(kind, {"dtype": kind, "_type": "Value"}) for name, kind in _COLUMNS.items()},
    }
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return arrow.schema([("translation", texts), *columns], metadata=metadata)


def _table(path: Path, arrow: Any, schema: "pyarrow.Schema", group: list[Pair]) -> tuple["pyarrow.RecordBatch", int]:
    """Make a table of pairs, and count the surrogates that were replaced."""
    replaced = 0

    def clean(text: str | None) -> str | None:
        nonlocal replaced
        if text is None or text.isprintable():  # no surrogate is
            return text
        text, changed = _SURROGATE.subn(" ", text)
        replaced += changed
        return text

    columns: dict[str, list[Any]] = {
        "translation": [{"ar": clean(pair.source), "en": clean(pair.target)} for pair in group]
    }
    for name, kind in _COLUMNS.items():
        values = [getattr(pair, name) for pair in group]
        if kind == "string":
            values = [clean(value) for value in values]
        elif kind == "list":
            values = [[clean(item) for item in value] for value in values]
        columns[name] = values
    try:
        return arrow.Table.from_pydict(columns, schema=schema), replaced
    except (OverflowError, arrow.ArrowInvalid) as error:
        raise FormatError(f"{path}: a number of a pair is too large for 64 bits ({reason(error)}); mend it") from None


def _pair(path: Path, row: int, texts: dict[str, str | None] | None, known: dict[str, Any]) -> Pair:
    """Make a pair of a row, counted from 0."""
    record = {"document": plain(path).stem, "paragraph": 0, "sentence": row, "start": 0, "end": 0, "origin": "human"}
    record |= {name: value for name, value in known.items() if value is not None}
    source, target = (texts or {}).get("ar"), (texts or {}).get("en")
    return pair_at(path, row + 1, {**record, "source": source or "", "target": target})
