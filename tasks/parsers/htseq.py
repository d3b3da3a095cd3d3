"""HTSeq-count tables, and any other table of one sample's counts."""

from __future__ import annotations

import re
import zlib

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.annotation import BIOTYPE_COLUMNS, plain_name
from tasks.methods.count_tables import count_table, load_counts
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import is_number, read_table
from tasks.methods.sample_names import named_samples, sample_of_file

_SUMMARY = "^__"  # __no_feature, __ambiguous, __too_low_aQual, __not_aligned, __alignment_not_unique
_NO_SAMPLE = {
    "count",
    "counts",
    "read_count",
    "read_counts",
    "reads",
    "numreads",
    "raw_count",
    "raw_counts",
    "value",
    "x",
}
_TAIL = re.compile(rb"[\r\n]\"?__(?:no_feature|alignment_not_unique)\b")
_TAIL_CHARS = 2000


def claims(raw: RawFile, context: Context) -> bool:
    """HTSeq's ``__`` rows at the end; or two columns, id and number, that files.csv declares as counts.

    featureCounts's .summary, which also has two columns, holds no counts of features.
    """
    if context.assay not in (None, "expression_counts"):
        return False
    found = sniff(raw)
    if found is None or found.first[0] == "Status" or not found.rows or not _numbers(found) or _numbers(found)[0] == 0:
        return False
    if context.assay and len(found.rows[0]) == 2:  # noqa: PLR2004  # id and count
        return True
    try:
        tail = raw.content[-_TAIL_CHARS:]
    except (OSError, EOFError, zlib.error):
        return False
    return _TAIL.search(tail.replace(b"\0", b"")) is not None


def parse(raw: RawFile, context: Context) -> Parsed:
    """Counts without the ``__`` summary rows.

    One count column: the sample is files.csv's, else the header's, else the one that the file's name
    tells. Several (``htseq-count`` on several BAM files): the header must name them. Text columns are
    ``--additional-attr``: the first is the symbol unless its header says biotype.
    """
    found = dialect_of(raw, "feature ids and counts")
    if not _numbers(found):
        raise bad_input(
            raw.name, "", "no_counts", "no column holds counts", "Give HTSeq's output: feature id, tab, count."
        )
    numbers = _numbers(found)
    has_header = not is_number(found.first[-1].strip())
    if not has_header and len(numbers) > 1:
        raise bad_input(
            raw.name,
            f"line {found.line}",
            "no_header",
            f"{len(numbers)} count columns and no header that names their samples",
            "Add a header line with the samples' names, or run htseq-count with --with-header.",
        )
    texts = [i for i in range(1, len(found.rows[0])) if i not in numbers]
    biotype = next((i for i in texts if has_header and plain_name(found.names[i]) in BIOTYPE_COLUMNS), None)
    symbol = next((i for i in texts if i != biotype), None)
    table = read_table(raw, found, numbers, has_header=has_header)
    counts = count_table(table, numbers, symbol=symbol, biotype=biotype, without=_SUMMARY)
    if len(numbers) > 1:
        names, problems = named_samples(raw, counts.samples, context.study.sample_ids)
    else:
        written = counts.samples[0] if has_header and plain_name(counts.samples[0]) not in _NO_SAMPLE else None
        name, problems = sample_of_file(raw, context, written)
        names = (name,)
    unread = [table.names[i] for i in texts if i not in (symbol, biotype)]
    return load_counts(raw, context, counts, names, problems=problems, unread=unread)


def _numbers(found: Dialect) -> list[int]:
    """Columns whose first rows are mostly numbers."""
    width = len(found.rows[0]) if found.rows else 0
    shares = [(i, [is_number(cell) for cell in found.column(i)]) for i in range(width)]
    return [i for i, cells in shares if cells and 2 * sum(cells) > len(cells)]


PARSER = Parser(
    name="htseq",
    version="1",
    product="HTSeq-count",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
