"""DCC's and circtools' circRNAs: CircRNACount with CircCoordinates and LinearCount beside it."""

from __future__ import annotations

from pathlib import PurePosixPath

import polars as pl

from schemas.errors import bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import TextTable, read_table
from tasks.methods.sample_names import named_samples, sample_of_file

_COUNTS, _COORDINATES, _LINEAR = WORDS = ("CircRNACount", "CircCoordinates", "LinearCount")
_PLACE = ("Chr", "Start", "End")
_NO_STRAND = ("", ".")


def claims(raw: RawFile, context: Context) -> bool:
    """Its three first columns in a file with one of its names."""
    found, name = sniff(raw), PurePosixPath(raw.name).name
    if context.assay not in (None, "expression_counts") or found is None:
        return False
    return found.first[: len(_PLACE)] == _PLACE and any(word in name for word in WORDS)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every circRNA in every sample; positions are 1-based.

    Strand and gene stand in CircCoordinates, the reads spliced linearly at the same ends in LinearCount, in the same
    rows: both are read where they lie beside CircRNACount, and by themselves give nothing. Raises ``BadInputError``
    where their rows are other circRNAs.
    """
    if _COUNTS not in PurePosixPath(raw.name).name:
        return _alone(raw, context)
    table = _table(raw)
    samples = [i for i in range(len(_PLACE), len(table.names)) if table.names[i].strip() != "Strand"]
    if not samples:
        raise bad_input(raw.name, "header", "no_samples", "no column holds counts", "Run DCC on at least one sample.")
    columns = {f"reads in {table.names[i].strip()}": f"c{i}" for i in samples}
    junctions = table.frame.select(chrom="c0", start="c1", end="c2", **columns).with_row_index("row")
    junctions = junctions.with_columns(_described(raw, context, table))
    linear = _linear(raw, context, table, samples)
    names = [table.names[i].strip() for i in samples]
    if len(names) == 1:
        sample, problems = sample_of_file(raw, context, names[0])
        given: tuple[str, ...] = (sample,)
    else:
        given, problems = named_samples(raw, names, context.study.sample_ids)
    return load_back_splices(
        raw,
        context,
        table,
        junctions.with_columns(linear),
        given,
        counts=list(columns),
        linear=linear.columns,
        problems=problems,
    )


def _described(raw: RawFile, context: Context, table: TextTable) -> pl.DataFrame:
    """Strand, host gene and region of each row, as far as files say them."""
    beside = context.beside(raw, _COORDINATES, WORDS)
    own = {name.strip(): f"c{i}" for i, name in enumerate(table.names)}
    strand = table.frame[own["Strand"]] if "Strand" in own else pl.Series([_NO_STRAND[1]] * table.frame.height)
    if beside is None:
        return pl.DataFrame({"strand": strand})
    other = _matching(raw, table, beside)
    at = {name.strip(): f"c{i}" for i, name in enumerate(other.names)}
    columns = {"strand": "Strand", "host": "Gene", "biotype": "OverallRegion"}
    return pl.DataFrame({"strand": strand}).with_columns(
        other.frame[at[name]].alias(key) for key, name in columns.items() if name in at
    )


def _linear(raw: RawFile, context: Context, table: TextTable, samples: list[int]) -> pl.DataFrame:
    """Linear reads of the samples, one column each; none without LinearCount."""
    beside = context.beside(raw, _LINEAR, WORDS)
    if beside is None:
        return pl.DataFrame()
    other = _matching(raw, table, beside)
    at = {name.strip(): f"c{i}" for i, name in enumerate(other.names)}
    names = [table.names[i].strip() for i in samples]
    if missing := [name for name in names if name not in at]:
        raise bad_input(
            raw.name,
            "header",
            "files_do_not_fit",
            f"{beside.name} has no column {missing[0]}",
            "Put the files of one run of DCC into the folder.",
            missing[0],
        )
    return other.frame.select(pl.col(at[name]).alias(f"linear reads in {name}") for name in names)


def _matching(raw: RawFile, table: TextTable, beside: RawFile) -> TextTable:
    """The file beside, whose rows must be the same circRNAs. Raises ``BadInputError`` naming the first that is not."""
    other = _table(beside)
    here, there = (t.frame.select("c0", "c1", "c2").rows() for t in (table, other))
    if here != there:
        at = next((i for i, pair in enumerate(zip(here, there, strict=False)) if pair[0] != pair[1]), None)
        found = (
            f"{len(there)} rows, not {len(here)}" if at is None else f"{':'.join(there[at])} in {other.row_place(at)}"
        )
        raise bad_input(
            raw.name,
            "" if at is None else table.row_place(at),
            "files_do_not_fit",
            f"{beside.name} lists other circRNAs ({found})",
            "Put the files of one run of DCC into the folder, unsorted.",
        )
    return other


def _table(raw: RawFile) -> TextTable:
    found = dialect_of(raw, "DCC's table of circRNAs")
    if found.first[: len(_PLACE)] != _PLACE:
        message = f"the first columns are {', '.join(found.first[:3])[:80]}, expected Chr, Start, End"
        raise bad_input(raw.name, "header", "other_columns", message, "Copy DCC's file again, unedited.")
    return read_table(raw, found, ())


def _alone(raw: RawFile, context: Context) -> Parsed:
    if context.beside(raw, _COUNTS, WORDS) is not None:
        return Parsed({})
    message = f"DCC's counts of back-splices are not beside it, so it gives nothing by itself ({_COUNTS})"
    remedy = f"Put {_COUNTS} of the same run into the same folder."
    return Parsed({}, (warning(raw.name, "", "counts_missing", message, remedy),))


PARSER = Parser(
    name="dcc",
    version="1",
    product="DCC circRNAs",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
    beside=WORDS,
)
