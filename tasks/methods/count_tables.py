"""Features × samples counts of a file to the rows of ``core.feature_counts`` and ``core.features``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import Problem
from schemas.vocabulary import Library
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.annotation import describe_features
from tasks.methods.count_checks import (
    excel_warnings,
    fraction_warning,
    refuse_bad_counts,
    refuse_bad_ids,
    silent_samples,
)
from tasks.methods.delimited_table import TextTable
from tasks.methods.feature_ids import library_of
from tasks.methods.host_genes import with_host_genes

_BLOCK = 1000
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CountTable:
    """Counts as a file gives them, before anything is checked.

    ``ids``: one a feature; ``samples``: one a column, as the file names them; ``values``: features
    × samples; ``lengths``: the same shape in nt, NaN where unknown; ``linear``: the same shape, reads of
    the linear RNA at a circRNA's ends; ``host``: genes that circRNAs lie in, id or symbol. ``place`` says where
    the cell of a row and a sample stands in the file, ``row_place`` where a row stands.
    """

    ids: pl.Series
    samples: tuple[str, ...]
    values: FloatArray
    place: Callable[[int, int], str]
    row_place: Callable[[int], str]
    symbol: pl.Series | None = None
    biotype: pl.Series | None = None
    lengths: FloatArray | None = None
    linear: FloatArray | None = None
    host: pl.Series | None = None


def count_table(
    table: TextTable,
    samples: Sequence[int],
    *,
    id_column: int = 0,
    symbol: int | None = None,
    biotype: int | None = None,
    without: str | None = None,
) -> CountTable:
    """Pick the id, sample and annotation columns of a table; rows whose id matches ``without`` are left out."""
    frame, rows = table.frame, np.arange(table.frame.height)
    if without is not None:
        kept = ~frame[f"c{id_column}"].str.contains(without)
        frame, rows = frame.filter(kept), rows[kept.to_numpy()]
    return CountTable(
        frame[f"c{id_column}"],
        tuple(table.names[i].strip() for i in samples),
        frame.select(f"c{i}" for i in samples).to_numpy(order="c"),
        lambda row, sample: table.place(int(rows[row]), samples[sample]),
        lambda row: table.row_place(int(rows[row])),
        None if symbol is None else frame[f"c{symbol}"],
        None if biotype is None else frame[f"c{biotype}"],
    )


def load_counts(
    raw: RawFile,
    context: Context,
    counts: CountTable,
    sample_names: Sequence[str],
    *,
    problems: Sequence[Problem] = (),
    unread: Sequence[str] = (),
    is_estimated: bool = False,
    library: Library | None = None,
) -> Parsed:
    """Check the counts and give both tables' rows.

    ``sample_names``: what goes into ``sample_name``, one a column. ``is_estimated``: the tool is known
    to write fractions, so no warning stands and the share of whole numbers says nothing. ``library``: what
    the tool counts, where it counts only that; else files.csv or the ids tell. Raises
    ``BadInputError`` for empty or repeated ids, repeated samples, negative or missing counts and values
    that are no counts (TPM, FPKM, logarithms).
    """
    refuse_bad_ids(raw, counts.ids, counts.samples, counts.row_place)
    refuse_bad_counts(raw, counts.ids, counts.samples, counts.values, counts.place, is_estimated=is_estimated)
    found = [*problems, *excel_warnings(raw, counts.ids, counts.symbol, counts.row_place)]
    if not is_estimated:
        found += fraction_warning(raw, counts.ids, counts.samples, counts.values, counts.place)
    found += silent_samples(raw, counts.samples, counts.values)
    library = library or library_of(counts.ids, context)
    features = describe_features(counts.ids, library, context, symbol=counts.symbol, biotype=counts.biotype)
    features = with_host_genes(features, counts.host, context)
    frames = {"core.feature_counts": tidy(counts, sample_names, library), "core.features": features.sort("feature_id")}
    return Parsed(frames, tuple(found), tuple(unread))


def tidy(counts: CountTable, sample_names: Sequence[str], library: Library) -> pl.DataFrame:
    """One row a feature and sample, by feature id, then in the file's order of samples."""
    positions = counts.ids.arg_sort().to_numpy()
    # repeated in blocks: several times faster than gathering text by position
    names = pl.Series(sample_names, dtype=pl.String)
    block = pl.concat([names] * min(len(positions), _BLOCK), rechunk=True)
    whole, rest = divmod(len(positions), _BLOCK) if len(positions) > _BLOCK else (1, 0)
    lengths, linear = (
        pl.lit(None, dtype=pl.Float64) if found is None else pl.lit(pl.Series(found[positions].ravel()).fill_nan(None))
        for found in (counts.lengths, counts.linear)
    )
    return pl.DataFrame(
        {
            "sample_name": pl.concat([block] * whole + [names] * rest, rechunk=True),
            "feature_id": counts.ids.gather(pl.Series(np.repeat(positions.astype(np.uint32), len(names)))),
            "count": counts.values[positions].ravel(),
        }
    ).select(
        pl.lit(library).alias("library"),
        "sample_name",
        "feature_id",
        "count",
        lengths.alias("effective_length"),
        linear.alias("linear_count"),
    )
