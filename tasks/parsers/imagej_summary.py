"""ImageJ and Fiji summaries of counted particles: one picture a row."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.counted_cells import ASSAYS, TABLE, count_frame, count_problems
from tasks.methods.file_samples import named_in
from tasks.methods.headed_tables import headed_table
from tasks.methods.signatures import IMAGEJ_SUMMARY, recognise_file

_REMEDY = "Save the Summary window of ImageJ's Analyze Particles again (csv or text)."


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the file is a summary of ImageJ's particle analyser."""
    return context.assay in (None, *ASSAYS) and recognise_file(raw) == IMAGEJ_SUMMARY


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the count of every picture into ``core.cell_counts``.

    The column `counted` of files.csv says whether ``positive`` cells or all (``total``, the default) were counted; the
    two files of a culture are added up by the analysis. The sample is that of files.csv, else of the picture's name.
    """
    table = headed_table(raw, IMAGEJ_SUMMARY, _is_header, "Slice, Count, Total Area", _REMEDY)
    names, counted = table.texts("Slice"), table.counts("Count")
    row = context.row
    column = "positive_count" if row and row.attributes.get("counted", "").lower() == "positive" else "total_count"
    known = {n: named_in(n, context.study.sample_ids) for n in set(names)}
    rows = [
        {
            "field": names[i] or f"row {i + 1}",
            "sample_name": row.sample if row and row.sample else known[names[i]] or names[i] or None,
            column: counted[i],
            "flag": "unreadable" if counted[i] is None else None,
        }
        for i in range(len(names))
    ]
    counts = count_frame(rows, context)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)), table.unread("Slice", "Count"))


def _is_header(cells: Sequence[str]) -> bool:
    return {"slice", "count"} <= {c.lower() for c in cells}


PARSER = Parser(
    name="imagej_summary",
    version="1",
    product=IMAGEJ_SUMMARY,
    assays=ASSAYS,
    claims=claims,
    parse=parse,
)
