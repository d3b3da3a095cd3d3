"""featureCounts tables (Subread): genes × BAM files."""

from __future__ import annotations

import re

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.annotation import BIOTYPE_COLUMNS, SYMBOL_COLUMNS, plain_name
from tasks.methods.count_tables import count_table, load_counts
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import is_number, read_table
from tasks.methods.sample_names import named_samples

_FIXED = ("Geneid", "Chr", "Start", "End", "Strand", "Length")
_ATTRIBUTES = re.compile(r'"?--extraAttributes"?\s+"?([^"\s]+)"?')


def claims(raw: RawFile, context: Context) -> bool:
    """Its six fixed columns. The .summary beside it has others and is not claimed."""
    found = sniff(raw)
    return context.assay in (None, "expression_counts") and found is not None and found.first[: len(_FIXED)] == _FIXED


def parse(raw: RawFile, context: Context) -> Parsed:
    """Counts of every BAM column; a column is the sample that its path names.

    Extra attributes (gene_name, gene_biotype) describe the features. The exon length is no effective
    length and is left out. Raises ``BadInputError`` for a table without BAM columns.
    """
    found = dialect_of(raw, "featureCounts's table")
    attributes = _attributes(found)
    samples = [i for i in range(len(_FIXED), len(found.first)) if i not in attributes]
    if not samples:
        raise bad_input(
            raw.name, "header", "no_samples", "no column holds counts", "Run featureCounts on at least one BAM file."
        )
    counts = count_table(
        read_table(raw, found, samples),
        samples,
        symbol=_named(found, attributes, SYMBOL_COLUMNS),
        biotype=_named(found, attributes, BIOTYPE_COLUMNS),
    )
    names, problems = named_samples(raw, counts.samples, context.study.sample_ids)
    described = {*SYMBOL_COLUMNS, *BIOTYPE_COLUMNS}
    unread = [*_FIXED[1:], *(found.first[i] for i in attributes if plain_name(found.first[i]) not in described)]
    return load_counts(raw, context, counts, names, problems=problems, unread=unread)


def _attributes(found: Dialect) -> list[int]:
    """Columns of extra attributes: those the command line names, else by name or because they hold text."""
    named = {a for line in found.comments for m in _ATTRIBUTES.findall(line) for a in m.split(",")}
    columns = range(len(_FIXED), len(found.first))
    if named:
        return [i for i in columns if found.first[i] in named]
    described = {*SYMBOL_COLUMNS, *BIOTYPE_COLUMNS}
    return [
        i
        for i in columns
        if plain_name(found.first[i]) in described or (found.rows and not any(map(is_number, found.column(i))))
    ]


def _named(found: Dialect, attributes: list[int], wanted: tuple[str, ...]) -> int | None:
    names = {plain_name(found.first[i]): i for i in attributes}
    return next((names[name] for name in wanted if name in names), None)


PARSER = Parser(
    name="featurecounts",
    version="1",
    product="Subread featureCounts",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
