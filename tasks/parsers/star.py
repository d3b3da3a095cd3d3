"""STAR's ReadsPerGene.out.tab of one sample, and the table that GDC makes of it."""

from __future__ import annotations

from schemas.errors import Problem, Severity, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.count_tables import count_table, load_counts
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import TextTable, read_table
from tasks.methods.sample_names import sample_of_file

_SUMMARY = "^N_(?:unmapped|multimapping|noFeature|ambiguous)$"
_STRANDS = ("unstranded", "forward", "reverse")
_GDC = ("unstranded", "stranded_first", "stranded_second")
_WIDTH = 4
# dUTP and other stranded kits put more than nine in ten reads on one strand, others half on each
_STRANDED_RATIO = 5.0
_UNSTRANDED_RATIO = 2.0


def claims(raw: RawFile, context: Context) -> bool:
    """Four columns whose first row is N_unmapped (or that STAR's file name tells), or GDC's header."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None:
        return False
    is_named = raw.name.lower().removesuffix(".gz").endswith("readspergene.out.tab")
    return set(_GDC) <= set(found.first) or (
        len(found.first) == _WIDTH and (found.first[0] == "N_unmapped" or is_named) and found.separator == "\t"
    )


def parse(raw: RawFile, context: Context) -> Parsed:
    """Counts of the strand that the library was made for.

    files.csv's ``strandedness`` decides, else that of the sample in samples.csv, else the totals over
    all genes: one strand with at least five times the reads of the other is the strand; less than
    twice as many means unstranded; in between ``BadInputError`` asks. The choice is reported.
    """
    found = dialect_of(raw, "STAR's ReadsPerGene.out.tab")
    is_gdc = set(_GDC) <= set(found.first)
    columns = [found.first.index(name) for name in _GDC] if is_gdc else [1, 2, 3]
    table = read_table(raw, found, columns, has_header=is_gdc)
    totals = _totals(table, columns)
    sample, problems = sample_of_file(raw, context)
    strand, choice = _strand(raw, totals, _declared(context, sample))
    counts = count_table(
        table,
        [columns[_STRANDS.index(strand)]],
        symbol=_position(found, "gene_name"),
        biotype=_position(found, "gene_type"),
        without=_SUMMARY,
    )
    unread = [name for i, name in enumerate(found.first) if is_gdc and i > max(columns)]
    return load_counts(raw, context, counts, (sample,), problems=(*problems, *choice), unread=unread)


def _totals(table: TextTable, columns: list[int]) -> dict[str, float]:
    genes = table.frame.filter(~table.frame["c0"].str.contains(_SUMMARY))
    return {strand: float(genes[f"c{i}"].sum()) for strand, i in zip(_STRANDS, columns, strict=True)}


def _declared(context: Context, sample: str) -> str | None:
    if context.row and context.row.strandedness:
        return context.row.strandedness
    named = next((s.strandedness for s in context.study.samples if s.sample == sample), None)
    return named if named in _STRANDS else None  # nf-core's "auto" leaves it to the data


def _strand(raw: RawFile, totals: dict[str, float], declared: str | None) -> tuple[str, tuple[Problem, ...]]:
    """The strand to count, and what to tell about it."""
    forward, reverse = totals["forward"], totals["reverse"]
    ratio = max(forward, reverse) / max(min(forward, reverse), 1.0)
    stronger = "forward" if forward > reverse else "reverse"
    fitting = stronger if ratio >= _STRANDED_RATIO else "unstranded" if ratio < _UNSTRANDED_RATIO else None
    seen = f"{forward:.0f} reads lie on genes in the forward, {reverse:.0f} in the reverse sense"
    if declared is not None:
        if fitting in (declared, None):
            return declared, ()
        message = f"declared {declared}, but the reads look {fitting}: {seen}"
        remedy = "Check strandedness in files.csv or samples.csv against the library kit."
        return declared, (_warning(raw, "strand_contradicted", declared, message, remedy),)
    if fitting is None:
        raise bad_input(
            raw.name,
            "",
            "strand_undecided",
            f"the library is neither clearly stranded nor unstranded: {seen}",
            "Write unstranded, forward or reverse into the column strandedness of files.csv.",
        )
    remedy = "Write strandedness into files.csv if the library kit says otherwise."
    return fitting, (_warning(raw, "strand_chosen", fitting, f"counted as {fitting}: {seen}", remedy),)


def _warning(raw: RawFile, rule: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(Severity.WARNING, raw.name, "", value, rule, message, remedy)


def _position(found: Dialect, name: str) -> int | None:
    return found.first.index(name) if name in found.first else None


PARSER = Parser(
    name="star",
    version="1",
    product="STAR ReadsPerGene.out.tab",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
