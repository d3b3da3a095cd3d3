"""Amplification and melt curves of qPCR exports, to frames of ``core.qpcr_amplification`` and ``core.qpcr_melt``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.errors import Problem, Severity
from tasks.methods.cq_tables import CqTable, unread, wells
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.qpcr_wells import Run

AMPLIFICATION, MELT = "qpcr_amplification", "qpcr_melt"
Curves = Sequence[CqTable]
# what programs call the columns of curves
_PLACE: Mapping[str, tuple[str, ...]] = {
    "number": ("well",),
    "position": ("well position", "position", "pos", "samplepos"),
    "target": ("target name", "target", "detector name", "detector", "snp assay name", "fluor"),
    "cycle": ("cycle", "cycle number", "cycle#"),
    "reading": ("reading", "reading number", "melt reading"),
    "rn": ("rn", "fluorescence", "fluor", "rfu"),
    "delta_rn": ("delta rn", "drn", "δrn"),
    "temperature_c": ("temperature", "temp", "temp."),
    "fluorescence": ("fluorescence", "rn", "rfu", "melt curve rfu"),
    "derivative": ("derivative", "-d(rfu)/dt", "-df/dt"),
}
AMPLIFICATION_SCHEMA = {
    "plate": pl.String,
    "well": pl.String,
    "target": pl.String,
    "cycle": pl.Int64,
    "rn": pl.Float64,
    "delta_rn": pl.Float64,
}
MELT_SCHEMA = {
    "plate": pl.String,
    "well": pl.String,
    "target": pl.String,
    "reading": pl.Int64,
    "temperature_c": pl.Float64,
    "fluorescence": pl.Float64,
    "derivative": pl.Float64,
}
_MOST = 1_000_000  # no cycler counts further; larger numbers are damage


def curve_frames(curves: Curves, measured: pl.DataFrame, run: Run) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """Frames by table name, and a warning for each table of curves with lines that cannot be read.

    A table with a temperature is a melt curve, one with cycles an amplification curve; others are passed over.
    Where it names no target, the well's only target of ``measured`` (rows of ``core.qpcr_wells``) stands in.
    Numbers that cannot be read are null; lines without well or cycle are left out and counted.
    """
    found: dict[str, list[pl.DataFrame]] = {}
    problems: list[Problem] = []
    plates = measured["plate"].unique().to_list()
    plate = plates[0] if plates else run.name
    for table in curves:
        known = CqTable(table.header, table.rows, table.where, names=_PLACE)
        is_melt = known.column("temperature_c") is not None
        if not table.rows or (not is_melt and known.column("cycle") is None):
            continue
        frame = _melt(known, run.size) if is_melt else _amplification(known, run.size)
        key = ["well", "target", "reading" if is_melt else "cycle"]
        whole = _named(frame, measured).drop_nulls(key).unique(key, keep="first", maintain_order=True)
        if lost := frame.height - whole.height:
            problems.append(_lost(table, lost, run.file))
        schema = MELT_SCHEMA if is_melt else AMPLIFICATION_SCHEMA
        shaped = whole.with_columns(plate=pl.lit(plate, pl.String)).select(pl.col(c).cast(t) for c, t in schema.items())
        if shaped.height:
            found.setdefault(MELT if is_melt else AMPLIFICATION, []).append(shaped)
    return {kind: pl.concat(frames) for kind, frames in found.items()}, problems


def unread_of_curves(curves: Curves) -> list[str]:
    """Columns of tables of curves that no frame holds, as ``curves: column``."""
    named = [CqTable(table.header, (), names=_PLACE) for table in curves]
    return list(dict.fromkeys(f"curves: {column}" for table in named for column in unread(table)))


def _amplification(table: CqTable, size: int | None) -> pl.DataFrame:
    return _places(table, size).with_columns(
        _count(table, "cycle"), *(_values(table, name) for name in ("rn", "delta_rn"))
    )


def _melt(table: CqTable, size: int | None) -> pl.DataFrame:
    frame = _places(table, size).with_columns(
        *(_values(table, name) for name in ("temperature_c", "fluorescence", "derivative"))
    )
    if table.column("reading") is not None:
        return frame.with_columns(_count(table, "reading"))
    return frame.with_columns(pl.int_range(1, pl.len() + 1).over("well", "target").alias("reading"))


def _places(table: CqTable, size: int | None) -> pl.DataFrame:
    columns = {"well": wells(table, size), "target": table.texts(table.column("target"))}
    return pl.DataFrame(columns, schema={"well": pl.String, "target": pl.String})


def _values(table: CqTable, name: str) -> pl.Series:
    texts = table.texts(table.column(name))
    return read_numbers(texts, decimal_mark(texts))["value"].alias(name)


def _count(table: CqTable, name: str) -> pl.Series:
    value = _values(table, name)
    return value.set(~value.is_between(0, _MOST), None).cast(pl.Int64)


def _named(frame: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """Give curves without a target the only target that their well has."""
    alone = measured.select("well", "target").unique().filter(pl.len().over("well") == 1)
    joined = frame.join(alone.rename({"target": "_only"}), on="well", how="left", maintain_order="left")
    named = pl.when(pl.col("target") == "").then(pl.col("_only").fill_null("")).otherwise(pl.col("target"))
    return joined.with_columns(target=named).drop("_only")


def _lost(table: CqTable, count: int, file: str) -> Problem:
    place = f"{table.where} {table.rows[0][0]}"
    message = f"{count} of {len(table.rows)} lines of curves have no well or cycle, or repeat another"
    return Problem(
        Severity.WARNING, file, place, "", "curve_lines_left_out", message, "Export again if the curves are needed."
    )
