"""Query results for people and programs: table, csv, json, parquet."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Literal, get_args

import pyarrow as pa
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.errors import UserError

Format = Literal["table", "csv", "json", "parquet"]
SHOWN_ROWS = 200  # as many as a person reads in a terminal
READABLE = 16  # a column narrower than this and than its values cannot be read
BORDER = 3  # of each column of a table
WIDE = 10_000  # a pipe has no width: no cell is folded there


def chosen_format(wanted: str, output: Path | None) -> Format:
    """The format asked for; instead of a table, the default, what the file's ending says.

    Raises ``UserError`` for an unknown format, or Parquet without a file.
    """
    ending = output.suffix.removeprefix(".").lower() if output else ""
    name = ending if wanted == "table" and ending in get_args(Format) else wanted
    for known in get_args(Format):
        if name == known:
            if known == "parquet" and output is None:
                raise UserError("Parquet is no text: name a file with -o FILE.parquet.")
            return known  # type: ignore[no-any-return]  # get_args is untyped
    raise UserError(f"Unknown format {name!r}: choose one of {', '.join(get_args(Format))}.")


def write(
    reader: pa.RecordBatchReader,
    how: Format,
    *,
    output: Path | None = None,
    stream: IO[str],
    tell: Callable[[str], None],
) -> None:
    """Write all rows to ``output`` (which appears whole or not at all) or to ``stream``.

    A table on ``stream`` stops after some rows; ``tell`` is then told how many there are.
    """
    if output is None:
        _text(reader, how, stream, tell, SHOWN_ROWS)
        return
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        if how == "parquet":
            _parquet(reader, draft)
        else:
            with draft.open("w", encoding="utf-8", newline="") as file:
                _text(reader, how, file, tell, None)
        draft.replace(output)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}. Choose another file with -o.") from None
    finally:
        draft.unlink(missing_ok=True)


def _text(
    reader: pa.RecordBatchReader, how: Format, stream: IO[str], tell: Callable[[str], None], limit: int | None
) -> None:
    names = _unique(reader.schema.names)
    if how == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_flat(value) for value in row] for row in _rows(reader))
    elif how == "json":
        opening = "["
        for row in _rows(reader):
            record = {name: _json_value(value) for name, value in zip(names, row, strict=True)}
            stream.write(f"{opening}\n{json.dumps(record, ensure_ascii=False, allow_nan=False)}")
            opening = ","
        stream.write("[]\n" if opening == "[" else "\n]\n")
    else:
        _table(reader, names, stream, tell, limit)


def _table(
    reader: pa.RecordBatchReader, names: list[str], stream: IO[str], tell: Callable[[str], None], limit: int | None
) -> None:
    count, cells = 0, list[list[Text]]()
    for row in _rows(reader):
        count += 1
        if limit is None or count <= limit:
            cells.append([_cell(value) for value in row])
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else WIDE)
    if _is_squeezed(names, cells, console.width):
        _print_upright(names, cells, console)
    else:
        _print_table(reader.schema, names, cells, console)
    if limit is not None and count > limit:
        tell(f"{count:,} rows, the first {limit} shown: all of them with --format csv, or with LIMIT as you like")
    else:
        tell(f"{count:,} row{'' if count == 1 else 's'}")


def _print_table(schema: pa.Schema, names: list[str], cells: list[list[Text]], console: Console) -> None:
    shown = Table(show_edge=False, header_style="bold")
    for field, name in zip(schema, names, strict=True):
        is_number = (
            pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)
        )
        shown.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        shown.add_row(*row)
    console.print(shown)


def _is_squeezed(names: list[str], cells: list[list[Text]], width: int) -> bool:
    """Whether columns side by side would be too narrow to read their values."""
    columns = zip(*cells, strict=True) if cells else [()] * len(names)
    widest = [
        max([len(name), *(text.cell_len for text in column)]) for name, column in zip(names, columns, strict=True)
    ]
    return bool(cells) and sum(min(wanted, READABLE) + BORDER for wanted in widest) > width


def _print_upright(names: list[str], cells: list[list[Text]], console: Console) -> None:
    """Each row as a list of its columns, as ``psql`` prints expanded rows."""
    for number, row in enumerate(cells, start=1):
        console.rule(f"row {number}", align="left", style="dim")
        shown = Table.grid(padding=(0, 2))
        shown.add_column(no_wrap=True, style="bold")
        shown.add_column(overflow="fold")
        for name, text in zip(names, row, strict=True):
            shown.add_row(name, text)
        console.print(shown)


def _rows(reader: pa.RecordBatchReader) -> Iterator[tuple[object, ...]]:
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _unique(names: list[str]) -> list[str]:
    """Names as DuckDB gives them, repeated ones numbered: a join may bring one name twice."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, -1) + 1
        found.append(f"{name}_{seen[name]}" if seen[name] else name)
    return found


def _cell(value: object) -> Text:
    if value is None:
        return Text("NULL", style="dim")
    if isinstance(value, float):
        return Text(f"{value:.6g}")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S}")
    return Text(str(_flat(value)))


def _flat(value: object) -> object:
    """A value as one cell of text; nested values as JSON."""
    if isinstance(value, list | dict):
        return json.dumps(_json_value(value), ensure_ascii=False)
    if isinstance(value, bytes):
        return value.hex()
    return value


def _json_value(value: object) -> object:
    """A value that JSON knows; numbers that JSON cannot say (NaN, infinity) become null."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case dict():
            return {str(k): _json_value(v) for k, v in value.items()}
        case list() | tuple():
            return [_json_value(v) for v in value]
        case None | bool() | int() | str():
            return value
        case _:
            return str(value)


def _parquet(reader: pa.RecordBatchReader, path: Path) -> None:
    import pyarrow.parquet as pq

    schema = pa.schema([f.with_name(n) for f, n in zip(reader.schema, _unique(reader.schema.names), strict=True)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
