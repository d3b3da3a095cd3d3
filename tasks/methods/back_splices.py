"""Back-spliced junctions of any circRNA tool to the rows of ``core.feature_counts`` and ``core.features``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.cell_numbers import COPY_AGAIN, cell_numbers
from tasks.methods.count_tables import CountTable, load_counts
from tasks.methods.delimited_table import TextTable
from tasks.methods.feature_groups import FeatureGroups, feature_groups
from tasks.methods.problem_lists import shown

_SHOWN = 5
_LONGEST = 1e12  # no chromosome is longer
_NO_GENE = ("", "n/a", "na", "none", "null", "not_annotated", ".", "-", "*")
_ASSEMBLED = r"^(?:CUFF|MSTRG|STRG|XLOC_|TCONS_)"
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
    ends = cell_numbers(raw, table, junctions, ("start", "end"), between=(0, _LONGEST))
    strands = _strands(raw, table, junctions)
    low, high = pl.Series(ends.min(axis=1) + is_zero_based), pl.Series(ends.max(axis=1))
    found = junctions.with_columns(start=low, end=high, strand=strands)
    _refuse_places(raw, table, found)
    values = cell_numbers(raw, table, junctions, counts)
    others = cell_numbers(raw, table, junctions, linear) if linear else None
    circles = circrna_ids(found)
    groups = feature_groups(circles)
    if repeats == "same":
        every = values if others is None else np.hstack([values, others])
        _refuse_repeats(raw, table, groups, found["row"], groups.differing(every))
    joined = groups.sums if repeats == "sum" else groups.largest
    rows = found["row"].gather(groups.first)
    host = None
    if "host" in found.columns:
        every_host = pl.DataFrame({"id": circles, "host": found["host"]}).group_by("id", maintain_order=True)
        host = gene_names(every_host.agg(pl.col("host").str.join(";"))["host"])
    whole = CountTable(
        groups.ids,
        tuple(sample_names),
        joined(values),
        lambda row, sample: f"{table.row_place(int(rows[row]))}, {counts[sample]}",
        lambda row: table.row_place(int(rows[row])),
        biotype=found["biotype"].gather(groups.first) if "biotype" in found.columns else None,
        linear=None if others is None else joined(others),
        host=host,
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
            COPY_AGAIN,
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
            COPY_AGAIN,
            where,
        )


def _refuse_repeats(
    raw: RawFile, table: TextTable, groups: FeatureGroups, rows: pl.Series, differing: Sequence[int]
) -> None:
    """Raise ``BadInputError`` for a junction that stands in several rows with different counts."""
    if not differing:
        return
    name = str(groups.ids[differing[0]])
    lines = [table.row_place(int(rows[i])) for i in groups.rows[differing[0]].to_list()[:_SHOWN]]
    raise bad_input(
        raw.name,
        lines[0],
        "repeated_junction",
        f"the circRNA {name} stands there several times with different counts ({', '.join(lines)})",
        "Keep one row a junction: two runs may have been pasted together.",
        name,
    )


def _unstranded(raw: RawFile, strands: pl.Series) -> list[Problem]:
    count = int((strands == ".").sum())
    if not count:
        return []
    message = f"{count} of {len(strands)} circRNAs have no strand, so their ids end with a dot"
    remedy = "They are not joined with the circRNAs of tools that say the strand."
    return [warning(raw.name, "", "no_strand", message, remedy)]
