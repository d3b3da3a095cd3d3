"""Back-spliced junctions of any circRNA tool to the rows of ``core.feature_counts`` and ``core.features``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from schemas.errors import BadInputError, Problem, Severity, bad_input, warning
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.count_tables import CountTable, FloatArray, load_counts
from tasks.methods.delimited_table import TextTable
from tasks.methods.problem_lists import shown

_SHOWN = 5
_NO_GENE = ("", "n/a", "na", "none", "null", "not_annotated", ".", "-", "*")
_ASSEMBLED = r"^(?:CUFF|MSTRG|STRG|XLOC_|TCONS_)"
_COPY_AGAIN = "A cut line means a broken copy: copy the tool's file again, unedited."
Repeats = Literal["same", "sum"]


def circrna_ids(junctions: pl.DataFrame) -> pl.Series:
    """Ids ``chrom:start|end|strand``: CIRI's with the strand; start 1-based, end inclusive, ``.`` for no strand."""
    whole = [pl.col(c).cast(pl.Int64).cast(pl.String) for c in ("start", "end")]
    return junctions.select(id=pl.format("{}:{}|{}|{}", "chrom", *whole, "strand")).to_series()


def load_back_splices(
    raw: RawFile,
    context: Context,
    table: TextTable,
    junctions: pl.DataFrame,
    sample_names: Sequence[str],
    *,
    is_zero_based: bool = False,
    counts: Sequence[str] = ("count",),
    linear: Sequence[str] = (),
    repeats: Repeats = "same",
    problems: Sequence[Problem] = (),
    unread: Sequence[str] = (),
    is_estimated: bool = False,
) -> Parsed:
    """Check junctions and counts and give both tables' rows, in library ``circrna``.

    ``junctions``: one row a line of the file that is used, all text as the file has it: ``chrom, start, end,
    strand``, the columns named by ``counts`` and ``linear`` (one a sample), where the tool says so ``host`` and
    ``biotype``, and ``row``, its position in ``table``. The two ends may stand in either order, as donor and
    acceptor. With ``is_zero_based`` the smaller end is a BED start and becomes 1-based. ``repeats`` says what
    several rows of one junction are: ``same`` reads written once a gene or isoform, or reads to ``sum``.

    Raises ``BadInputError`` for a file without circRNAs, positions or counts that are no whole numbers, an unknown
    strand sign, and for repeats of the same junction with different counts.
    """
    if not junctions.height:
        raise bad_input(
            raw.name,
            "",
            "no_circrnas",
            "the tool found no circRNA in it, so its samples take no part in tests of circRNAs",
            "Check that the library was not poly(A) selected and how deep it was sequenced.",
        )
    ends = np.column_stack([_numbers(raw, table, junctions, c, least=0) for c in ("start", "end")])
    low, high = ends.min(axis=1) + (1 if is_zero_based else 0), ends.max(axis=1)
    strands = _strands(raw, table, junctions)
    found = junctions.with_columns(start=pl.Series(low), end=pl.Series(high), strand=strands)
    _refuse_places(raw, table, found)
    values = np.column_stack([_numbers(raw, table, junctions, c) for c in counts])
    others = np.column_stack([_numbers(raw, table, junctions, c) for c in linear]) if linear else None
    ids = circrna_ids(found)
    first, values, others = _joined(raw, table, ids, found["row"], values, others, repeats)
    rows = found["row"].gather(first)
    host = None
    if "host" in found.columns:
        host = found.select(id=ids, host="host").group_by("id", maintain_order=True).agg(pl.col("host").str.join(";"))
    whole = CountTable(
        ids.gather(first),
        tuple(sample_names),
        values,
        lambda row, sample: f"{table.row_place(int(rows[row]))}, {counts[sample]}",
        lambda row: table.row_place(int(rows[row])),
        biotype=found["biotype"].gather(first) if "biotype" in found.columns else None,
        linear=others,
        host=None if host is None else gene_names(host["host"]),
    )
    told = [*problems, *_unstranded(raw, strands)]
    return load_counts(
        raw, context, whole, sample_names, problems=told, unread=unread, is_estimated=is_estimated, library="circrna"
    )


def gene_names(written: pl.Series) -> pl.Series:
    """Genes of a cell that tools separate by comma, semicolon or bar, joined by semicolons; null for none.

    Names that an assembler gave (CUFF.12.1, MSTRG.7) are left out beside a gene of the annotation.
    """
    gene = pl.element()
    is_assembled = gene.str.contains(_ASSEMBLED)
    names = written.cast(pl.String).str.replace_all(r"[,|;\s]+", ";").str.split(";")
    named = names.list.eval(gene.filter(~gene.str.to_lowercase().is_in(_NO_GENE)).unique(maintain_order=True))
    kept = named.list.eval(gene.filter(~is_assembled | is_assembled.all()))
    return kept.list.join(";").replace("", None)


def _numbers(
    raw: RawFile, table: TextTable, junctions: pl.DataFrame, column: str, *, least: float | None = None
) -> FloatArray:
    """A column of text as numbers. Raises ``BadInputError`` naming line, column and cell."""
    cells = junctions[column]
    values = cells.str.strip_chars().cast(pl.Float64, strict=False)
    wrong = values.is_null() | values.is_nan() | values.is_infinite()
    if least is not None:
        wrong |= (values < least) | (values % 1 != 0)
    if not wrong.any():
        return values.to_numpy()
    places = wrong.fill_null(value=True).arg_true().to_list()
    expected = "a number" if least is None else "a whole number"
    raise BadInputError(
        *(
            Problem(
                Severity.LOCAL,
                raw.name,
                f"{table.row_place(int(junctions['row'][i]))}, {column}",
                str(cells[i] or ""),
                "not_a_number",
                f"{column} is {shown(str(cells[i] or ''))}, expected {expected}"
                + (f" (one of {len(places)} such lines)" if len(places) > 1 else ""),
                _COPY_AGAIN,
            )
            for i in places[:_SHOWN]
        )
    )


def _strands(raw: RawFile, table: TextTable, junctions: pl.DataFrame) -> pl.Series:
    """Strands as ``+``, ``-`` or ``.`` (the tool does not say)."""
    written = junctions["strand"].str.strip_chars().replace(["", "*", "?", "NA", "n/a", "None"], ".")
    if (wrong := ~written.is_in(["+", "-", "."])).any():
        at = int(wrong.arg_max() or 0)
        raise bad_input(
            raw.name,
            f"{table.row_place(int(junctions['row'][at]))}, strand",
            "unknown_strand",
            f"the strand is {shown(written[at])}, expected +, - or .",
            _COPY_AGAIN,
            str(written[at]),
        )
    return written


def _refuse_places(raw: RawFile, table: TextTable, found: pl.DataFrame) -> None:
    wrong = (found["start"] < 1) | (found["end"] < found["start"]) | (found["chrom"].str.strip_chars() == "")
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        where = f"{found['chrom'][at]}:{found['start'][at]:.0f}-{found['end'][at]:.0f}"
        raise bad_input(
            raw.name,
            table.row_place(int(found["row"][at])),
            "impossible_junction",
            f"{shown(where)} is no place on a chromosome, expected a name and positions from 1 up",
            _COPY_AGAIN,
            where,
        )


def _joined(
    raw: RawFile,
    table: TextTable,
    ids: pl.Series,
    rows: pl.Series,
    values: FloatArray,
    linear: FloatArray | None,
    repeats: Repeats,
) -> tuple[pl.Series, FloatArray, FloatArray | None]:
    """Each junction once: position of its first row, its counts and linear counts."""
    order = pl.DataFrame({"id": ids}).with_row_index("at").group_by("id", maintain_order=True).agg(pl.col("at"))
    first = order["at"].list.first()
    if order.height == len(ids):
        return first, values, linear
    starts = np.concatenate([[0], np.cumsum(order["at"].list.len().to_numpy())[:-1]]).astype(np.intp)
    gathered = order["at"].explode().to_numpy()
    if repeats == "sum":
        joined = np.add.reduceat(values[gathered], starts, axis=0)
        return first, joined, None if linear is None else np.add.reduceat(linear[gathered], starts, axis=0)
    every = values if linear is None else np.hstack([values, linear])
    largest, least = (f.reduceat(every[gathered], starts, axis=0) for f in (np.maximum, np.minimum))
    if (differs := (largest != least).any(axis=1)).any():
        at = int(differs.argmax())
        lines = [table.row_place(int(rows[i])) for i in order["at"][at].to_list()[:_SHOWN]]
        raise bad_input(
            raw.name,
            lines[0],
            "repeated_junction",
            f"the circRNA {order['id'][at]} stands there several times with different counts ({', '.join(lines)})",
            "Keep one row a junction: two runs may have been pasted together.",
            str(order["id"][at]),
        )
    width = values.shape[1]
    return first, largest[:, :width], None if linear is None else largest[:, width:]


def _unstranded(raw: RawFile, strands: pl.Series) -> list[Problem]:
    count = int((strands == ".").sum())
    if not count:
        return []
    message = f"{count} of {len(strands)} circRNAs have no strand, so their ids end with a dot"
    remedy = "They are not joined with the circRNAs of tools that say the strand."
    return [warning(raw.name, "", "no_strand", message, remedy)]
