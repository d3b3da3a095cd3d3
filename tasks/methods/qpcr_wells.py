"""Cq per well and target of a run, from a printed table to rows of ``core.qpcr_wells``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from schemas.errors import BadInputError, Problem, Severity, bad_input
from schemas.sheets import FileRow, Layout
from tasks.methods.cq_tables import CqTable, flags, targets, task, unread, wells
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.plate_identity import identify_plate

WELLS_SCHEMA: dict[str, pl.DataType] = {
    "plate": pl.String(),
    "plate_is_explicit": pl.Boolean(),
    "well": pl.String(),
    "reading": pl.Int64(),
    "sample_name": pl.String(),
    "target": pl.String(),
    "task": pl.String(),
    "cq": pl.Float64(),
    "quantity": pl.Float64(),
    "flag": pl.String(),
}
MAX_CQ = 60.0
_NO_CQ = frozenset({"undetermined", "undet", "undet.", "n/a", "na", "nan", "-", "no ct", "no cq", "no amp"})


@dataclass(frozen=True)
class Run:
    """What a file says about its run, beside the table."""

    file: str
    name: str
    barcode: str = ""
    size: int | None = None  # wells of the plate, where the file or study.yaml says
    row: FileRow | None = None
    extra: dict[tuple[str, str], str] = field(default_factory=dict)  # (well, target) -> quantity from another table
    layout: Layout | None = None
    header: Mapping[str, str] = field(default_factory=dict)  # header lines, lower-case key to value
    has_wells: bool = True  # a plain table of Cq may name none
    is_only: bool = True  # the file has no other run
    has_codes: bool = True  # plates of the table are barcodes, not just names within the file


def qpcr_wells(table: CqTable, run: Run) -> tuple[pl.DataFrame, list[Problem], list[str]]:
    """Rows of ``core.qpcr_wells``, warnings, and the columns that were not read.

    ``Undetermined`` gives a null Cq and the flag ``undetermined``; omitted wells keep
    their Cq under the flag ``omitted``; other flags are the instrument's own, joined by
    semicolons. Wells without target and Cq are unused and have no row; readings of a
    target that a well repeats are numbered in order. Quantities are kept for standards.
    Raises ``BadInputError`` for a missing column, an unknown well or a Cq outside 0 to 60.
    """
    _require_columns(table, run)
    has_places = run.has_wells or _names_wells(table)
    places = wells(table, run.size) if has_places else [""] * len(table.rows)
    samples, printed = table.texts(table.column("sample")), table.texts(table.column("task"))
    parts = [
        pl.DataFrame(
            {
                "row": [number for number, _ in table.rows],
                "well": places,
                "plate_id": table.texts(table.column("plate")),
                "sample_name": samples,
                "target": names,
                "task": [task(t, s) for t, s in zip(printed, samples, strict=True)],
                "cq_text": cq_texts,
                "quantity_text": table.texts(table.column("quantity")),
                "own_flag": flags(table),
            },
            schema_overrides=dict.fromkeys(
                ("well", "plate_id", "sample_name", "target", "task", "cq_text", "quantity_text", "own_flag"), pl.String
            ),
        )
        for names, cq_texts in targets(table, run.row.target if run.row else None)
    ]
    frame = _laid_out(pl.concat(parts).sort("row", maintain_order=True), run.layout)
    is_unnamed = pl.lit(table.column("target") is None) & (pl.col("cq_text") != "")
    has_cq = pl.col("cq_text").str.contains(r"[1-9]") | is_unnamed
    used = frame.filter((pl.col("target") != "") | has_cq)
    _require_wells(used, table, run)
    problems = [_no_target(table, run)] if (used["target"] == "").any() else []
    problems += _repeated_wells(used, table, run)
    result = _numbered(_valued(used, table, run), run)
    if result.is_empty():
        raise _empty(table, run)
    return result, problems, unread(table)


def _names_wells(table: CqTable) -> bool:
    return table.column("number") is not None or table.column("position") is not None


def _laid_out(frame: pl.DataFrame, layout: Layout | None) -> pl.DataFrame:
    """Sample, target and role of the study's layout where it says one; what the file says elsewhere."""
    if layout is None or not layout.wells:
        return frame
    said = pl.DataFrame(
        [(w.well, w.sample, w.target, "ntc" if w.role == "blank" else None) for w in layout.wells],
        schema=["well", "_sample", "_target", "_task"],
        schema_overrides=dict.fromkeys(("well", "_sample", "_target", "_task"), pl.String),
        orient="row",
    ).unique("well", keep="first", maintain_order=True)
    return (
        frame.join(said, on="well", how="left", maintain_order="left")
        .with_columns(
            sample_name=pl.coalesce("_sample", "sample_name"),
            target=pl.coalesce("_target", "target"),
            task=pl.coalesce("_task", "task"),
        )
        .drop("_sample", "_target", "_task")
    )


def _require_columns(table: CqTable, run: Run) -> None:
    missing = [
        name
        for name, is_there in (
            ("Well or Well Position", _names_wells(table) or not run.has_wells),
            ("CT, Cq or Crt", table.has_cq),
        )
        if not is_there
    ]
    if missing:
        first = table.rows[0][0] - 1 if table.rows else 0
        raise bad_input(
            run.file,
            f"{table.where} {first}" if first else table.where,
            "missing_column",
            f"the table has no column {' and no column '.join(missing)}; "
            f"it has {', '.join(filter(None, table.header))}",
            "Export the results again with well, sample, target, task and Cq.",
        )


def _require_wells(used: pl.DataFrame, table: CqTable, run: Run) -> None:
    unknown = used.filter(pl.col("well").is_null())
    if not unknown.is_empty():
        row = unknown["row"][0]
        cells = dict(table.rows)[row]
        column = table.column("position") if table.column("position") is not None else table.column("number")
        value = cells[column] if column is not None and column < len(cells) else ""
        raise bad_input(
            run.file,
            f"{table.where} {row}",
            "unknown_well",
            f"{value!r} is no well of a {run.size or 96}-well plate; A1 … H12 or a well number was expected",
            "Set qpcr.plate_size in study.yaml to 384 for a 384-well plate, or export the results again.",
            value,
        )


def _repeated_wells(used: pl.DataFrame, table: CqTable, run: Run) -> list[Problem]:
    """One warning where wells have two Cq of one target: a well typed twice, or really read twice."""
    key = ["plate_id", "well", "target"]
    twice = (
        used.filter((pl.col("well") != "") & (pl.col("target") != ""))
        .group_by(key, maintain_order=True)
        .agg("row")
        .filter(pl.col("row").list.len() > 1)
    )
    if twice.is_empty():
        return []
    line = table.where.rpartition(", ")[2]
    named = [
        f"{r['well']} of {r['target']} ({line}s {', '.join(map(str, r['row']))})" for r in twice.head(3).to_dicts()
    ]
    more = f" and {twice.height - 3} more" if twice.height > 3 else ""  # noqa: PLR2004
    return [
        Problem(
            Severity.WARNING,
            run.file,
            f"well {twice['well'][0]}",
            twice["target"][0],
            "well_twice",
            f"wells have more than one Cq of a target: {'; '.join(named)}{more}; all count as technical repeats",
            "Correct the well that is mistyped, or remove the row that is a copy.",
        )
    ]


def _valued(used: pl.DataFrame, table: CqTable, run: Run) -> pl.DataFrame:
    """Cq and quantity as numbers. A lone comma in a Cq marks decimals: no Cq has thousands."""
    texts = used["cq_text"].to_list()
    mark = decimal_mark(texts, is_grouped=False)
    read = read_numbers(texts, mark)
    extra = [run.extra.get((w, t), "") for w, t in used.select("well", "target").iter_rows()]
    quantities = [q or e for q, e in zip(used["quantity_text"].to_list(), extra, strict=True)]
    quantity = read_numbers(quantities, mark)["value"].alias("quantity")
    word = pl.col("cq_text").str.to_lowercase()
    is_none = word.is_in(_NO_CQ) | word.str.starts_with("undet") | (pl.col("cq") <= 0)
    frame = used.hstack([read["value"].alias("cq"), read["flag"].alias("cq_flag"), quantity])
    bad = frame.filter(
        ~is_none.fill_null(value=False) & ((pl.col("cq_flag") == "unreadable") | ~pl.col("cq").is_between(0, MAX_CQ))
    )
    if not bad.is_empty():
        first = bad.row(0, named=True)
        raise bad_input(
            run.file,
            f"{table.where} {first['row']}, well {first['well']}, target {first['target']}",
            "cq_out_of_range",
            f"{first['cq_text']!r} is no quantification cycle; "
            f"a number from 0 to {MAX_CQ:g} or Undetermined was expected",
            "Check this cell, and the decimal mark of the export; export the results again.",
            first["cq_text"],
        )
    no_cq = pl.col("cq").is_null() | is_none.fill_null(value=False)
    return frame.with_columns(
        pl.when(~no_cq).then(pl.col("cq")).alias("cq"),
        pl.when(pl.col("task") == "standard").then(pl.col("quantity")).alias("quantity"),
        pl.when(pl.col("own_flag") == "omitted")
        .then(pl.lit("omitted"))
        .when(no_cq)
        .then(pl.lit("undetermined"))
        .when(pl.col("own_flag") != "")
        .then(pl.col("own_flag"))
        .alias("flag"),
    )


def _numbered(frame: pl.DataFrame, run: Run) -> pl.DataFrame:
    """Name the plate and number repeated readings."""
    ids = frame["plate_id"].unique().to_list()
    is_only = run.is_only and (run.has_codes or len(ids) == 1)
    names = {i: i if run.has_codes or not i else f"{run.name} {i}" for i in ids}
    plates = {
        i: identify_plate(name or run.name, (i if run.has_codes else "") or run.barcode, run.row, is_only=is_only)
        for i, name in names.items()
    }
    return frame.with_columns(
        pl.col("plate_id")
        .replace_strict({i: p for i, (p, _) in plates.items()}, return_dtype=pl.String)
        .alias("plate"),
        pl.col("plate_id")
        .replace_strict({i: e for i, (_, e) in plates.items()}, return_dtype=pl.Boolean)
        .alias("plate_is_explicit"),
        pl.int_range(1, pl.len() + 1).over("plate_id", "well", "target").cast(pl.Int64).alias("reading"),
        pl.col("sample_name").replace("", None),
    ).select(pl.col(c).cast(t) for c, t in WELLS_SCHEMA.items())


def _no_target(table: CqTable, run: Run) -> Problem:
    return Problem(
        Severity.WARNING,
        run.file,
        table.where.removesuffix(", row").removeprefix("line"),
        "",
        "no_target",
        "wells have a Cq but the file names no target",
        "Write the gene in the column target of files.csv, or export the results with the target column.",
    )


def _empty(table: CqTable, run: Run) -> BadInputError:
    first = table.rows[0][0] if table.rows else 0
    return bad_input(
        run.file,
        f"{table.where} {first}" if first else "",
        "no_readings",
        "the results table has no well with a target or Cq",
        "Export the results again from the instrument's software, with all wells.",
    )
