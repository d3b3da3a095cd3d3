"""Count matrices of any origin: features × samples or samples × features, with or without annotation."""

from __future__ import annotations

import re

import polars as pl

from schemas.errors import BadInputError, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.count_tables import count_table, load_counts
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import is_number, read_table, read_transposed
from tasks.methods.feature_ids import are_feature_ids
from tasks.methods.matrix_columns import Columns, columns, has_no_header, is_id_column, is_transposed, sample_columns
from tasks.methods.sample_names import named_samples
from tasks.methods.signatures import recognise

# Tables that quantifiers write beside counts, or that their own parsers read
_OTHER_TABLE = re.compile(
    rb"\A(?:Status\t.*\n(?:Assigned|Unassigned)|Name\tLength\tEffectiveLength|target_id\tlength\teff_length)"
)
_MIN_SAMPLES = 2
_ROWS_OF_MANY = 5  # rows looked at where each has thousands of cells
_MIN_ROWS = 50  # of a matrix whose samples the study does not know
_MIN_ROWS_KNOWN = 10  # of one whose samples it knows; small tables of bench results have such columns too
# rows that HTSeq and STAR add, in tables merged from theirs
_SUMMARY_ROWS = (
    "^(?:__(?:no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique)"
    "|N_(?:unmapped|multimapping|noFeature|ambiguous))$"
)
_SYMBOL = re.compile(r"^[A-Za-z][\w.@:|/-]+$")
_WELL = re.compile(r"^[A-P][0-9]{1,2}$")


def claims(raw: RawFile, context: Context) -> bool:
    """What files.csv declares as counts; else what can be nothing but a count matrix.

    That is a table of non-negative numbers with feature names and at least two columns that the study
    knows as samples, or at least fifty rows of whole numbers. Never a file with a vendor's signature.
    """
    if context.assay not in (None, "expression_counts") or _OTHER_TABLE.search(raw.head):
        return False
    if recognise(raw.head, raw.name):
        return False
    if context.assay:
        return True
    found, known = sniff(raw), context.study.sample_ids
    if found is None or len(found.rows) < _MIN_SAMPLES or has_no_header(found, known):
        return False
    if is_transposed(found, known):
        cells = [c for row in found.rows[:_ROWS_OF_MANY] for c in row[1:]]
        return are_feature_ids(pl.Series(found.names[1:], dtype=pl.String)) and all(map(_is_count, cells))
    at = columns(found, known)
    cells = [cell for i in at.samples for cell in found.column(i)]
    if len(at.samples) < _MIN_SAMPLES or not all(map(_is_count, cells)) or not _are_names(found, at.id):
        return False
    known_columns = sum(found.names[i].strip() in known for i in at.samples)
    if known_columns >= _MIN_SAMPLES:
        return len(found.rows) >= _MIN_ROWS_KNOWN
    return len(found.rows) >= _MIN_ROWS and all(float(cell).is_integer() for cell in cells)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Counts of every sample column; annotation columns give symbol and biotype, others are named as unread.

    Raises ``BadInputError`` for what cannot be a matrix (no header, no sample column, TPM only), for
    ragged rows, repeated ids or samples and cells that are no count.
    """
    found, known = dialect_of(raw, "features × samples"), context.study.sample_ids
    if has_no_header(found, known):
        raise bad_input(
            raw.name,
            f"line {found.line}",
            "no_header",
            f"the first line holds numbers ({', '.join(found.first[1:4])}), expected the samples' names",
            "Add a header line: an id column, then the names of samples.csv in the order of the columns.",
        )
    if is_transposed(found, known):
        dropped = sample_columns(found)
        table = read_transposed(raw, found, dropped)
        counts = count_table(table, range(1, len(table.names)))
        unread = [found.names[i] for i in dropped]
    else:
        at = columns(found, known)
        if not at.samples:
            raise _no_samples(raw, found, at)
        table = read_table(raw, found, at.samples, id_column=at.id)
        counts = count_table(
            table, at.samples, id_column=at.id, symbol=at.symbol, biotype=at.biotype, without=_SUMMARY_ROWS
        )
        unread = [found.names[i] for i in sorted((*at.unread, *at.other_units)) if found.names[i].strip()]
        unread += table.frame[f"c{at.id}"].filter(table.frame[f"c{at.id}"].str.contains(_SUMMARY_ROWS)).to_list()
    names, problems = named_samples(raw, counts.samples, known)
    return load_counts(raw, context, counts, names, problems=problems, unread=unread)


def _no_samples(raw: RawFile, found: Dialect, at: Columns) -> BadInputError:
    if at.other_units:
        named = ", ".join(found.names[i] for i in at.other_units[:3])
        return bad_input(
            raw.name, "header", "not_counts", f"these are not counts: the columns are {named}", "Give the raw counts."
        )
    return bad_input(
        raw.name,
        "header",
        "no_samples",
        f"no column holds a sample's counts; the columns are {', '.join(found.names)[:200]}",
        "Give a table with one row a gene and one column a sample, named as in samples.csv.",
    )


def _is_count(cell: str) -> bool:
    return is_number(cell.strip()) and "," not in cell and not cell.strip().startswith("-")


def _are_names(found: Dialect, column: int) -> bool:
    """Whether a column can name features: all different, and no numbers (but Entrez ids), wells or times."""
    ids = found.column(column)
    return len(set(ids)) == len(ids) and (
        are_feature_ids(pl.Series(ids, dtype=pl.String))
        or is_id_column(found.names[column])
        or all(_SYMBOL.match(name) and not _WELL.match(name) for name in ids)
    )


PARSER = Parser(
    name="count_matrix",
    version="2",
    product="count matrix",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    is_generic=True,
    references=("features",),
)
