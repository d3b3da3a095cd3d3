"""Tables of miRNA targets as text or workbook: their columns by plain name, and pairs made of rows."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from schemas.errors import Problem, bad_input, warning
from schemas.study_yaml import StudyYaml
from tasks.contracts import RawFile
from tasks.methods.biotypes import rna_class
from tasks.methods.delimited import dialect_of, is_plain, sniff, text_of
from tasks.methods.delimited_table import read_table
from tasks.methods.evidence_tiers import tier_of
from tasks.methods.excel_damage import damage_words, excel_damaged
from tasks.methods.mirna_species import refuse_other_species
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted
from tasks.methods.signatures import peek
from tasks.methods.workbooks import is_workbook, read_sheets

TABLE = "core.mirna_targets"
ASSAY = "mirna_targets"
WANTED = "a table of miRNA targets"

_NOTHING = ("", "NA", "na", "N/A", "-", "NULL", "null", "None", "NaN")
_IDLE = r"(?i)^non-?functional|^negative"  # as miRTarBase and TarBase write that a pair was tried in vain
_SHOWN_EVIDENCE = 3  # kinds of evidence of one pair that are written out


@dataclass(frozen=True)
class TargetTable:
    """Columns asked for, by plain name, as stripped text (null where nothing stands), and what the file has."""

    raw: RawFile
    names: tuple[str, ...]  # plain names of all columns of the file
    titles: tuple[str, ...]  # the same as the file writes them
    frame: pl.DataFrame
    sheet: str = ""

    def column(self, wanted: Sequence[str]) -> str | None:
        """The first of the wanted columns that the file has."""
        return next((name for name in wanted if name in self.names), None)


def plain(title: str) -> str:
    """A column's title as it is looked up: ``Target Gene (Entrez ID)`` is ``target_gene_entrez_id``."""
    return re.sub(r"[^0-9a-z]+", "_", title.lower()).strip("_")


@lru_cache(maxsize=2)  # every parser asks about the same file
def header(raw: RawFile) -> tuple[str, ...]:
    """Plain names of a table's columns; empty for what is no table. Never raises."""
    if is_workbook(raw.head):
        first = next((line for line in peek(raw).split("\n") if line.strip()), "")
        return tuple(plain(cell) for cell in first.split("\t"))
    found = sniff(raw)
    return tuple(map(plain, found.names)) if found else ()


def read_targets(raw: RawFile, wanted: Collection[str]) -> TargetTable:
    """Read those of the wanted columns that the file has.

    Only these are kept in memory: databases have millions of rows and dozens of columns.
    Raises ``BadInputError`` for what is no table.
    """
    if is_workbook(raw.head):
        return _from_workbook(raw, wanted)
    found = dialect_of(raw, WANTED)
    names = tuple(map(plain, found.names))
    picked = {name: names.index(name) for name in dict.fromkeys(wanted) if name in names}
    source = raw.path if is_plain(raw) else io.BytesIO(text_of(raw).encode())
    try:
        frame = (
            pl.scan_csv(
                source,
                separator=found.separator,
                has_header=False,
                skip_lines=found.line,
                schema={f"c{i}": pl.String for i in range(len(names))},
                glob=False,
            )
            .select(pl.col(f"c{i}").alias(name) for name, i in picked.items())
            .collect()
        )
    except pl.exceptions.PolarsError:
        whole = read_table(raw, found, ()).frame
        frame = whole.select(pl.col(f"c{i}").alias(name) for name, i in picked.items())
    return TargetTable(raw, names, found.names, _cleaned(frame))


def _from_workbook(raw: RawFile, wanted: Collection[str]) -> TargetTable:
    sheets = read_sheets(raw.content, raw.name)
    name, rows = next(((n, r) for n, r in sheets.items() if any(any(row) for row in r)), ("", []))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:  # noqa: PLR2004  # a header and a row
        raise bad_input(raw.name, "", "no_targets", f"the workbook holds no table, expected {WANTED}", "Name another.")
    names = tuple(map(plain, rows[0]))
    picked = {n: names.index(n) for n in dict.fromkeys(wanted) if n in names}
    columns = {n: [row[i] if i < len(row) else "" for row in rows[1:]] for n, i in picked.items()}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return TargetTable(raw, names, tuple(rows[0]), _cleaned(frame), name)


def _cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.all().str.strip_chars().str.strip_chars('"').replace(_NOTHING, None))


def pairs(
    rows: pl.DataFrame, raw: RawFile, config: StudyYaml, *, are_sites: bool = False
) -> tuple[pl.DataFrame, list[Problem]]:
    """Rows of ``core.mirna_targets``, one for each pair, source and tier, and what was left out.

    ``rows`` has ``mirna``, ``target_id`` and/or ``target_symbol``, and may have ``biotype``, ``source``,
    ``evidence``, ``tier``, ``site_count``; with ``are_sites`` each row is a site. Rows without a miRNA or
    target, and those whose evidence speaks against the pair, are left out and counted. Raises ``BadInputError``
    where nothing is left, and where all miRNAs are of another species than the study (``config``).
    """
    absent = [n for n in ("target_id", "target_symbol", "biotype", "source", "evidence", "tier") if n not in rows]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    rows = rows.with_columns(
        pl.coalesce("target_id", "target_symbol").alias("target_id"),
        pl.col("source").fill_null(raw.name.rpartition("/")[2]),
        (pl.lit(1) if are_sites else pl.lit(None) if "site_count" not in rows else pl.col("site_count")).alias("sites"),
    )
    whole = rows.drop_nulls(["mirna", "target_id"])
    if whole.is_empty():
        raise bad_input(raw.name, "", "no_targets", "no row names a miRNA and a target", _REMEDY)
    refuse_other_species(raw, whole["mirna"], config)
    problems = left_out(raw, rows.height - whole.height, "rows name no miRNA or no target")
    idle = pl.col("evidence").str.contains(_IDLE).fill_null(value=False)
    no_targets, whole = whole.filter(idle), whole.filter(~idle)
    shown = several(no_targets.select(pl.format("{} and {}", "mirna", "target_id")).to_series().to_list())
    problems += left_out(raw, no_targets.height, "rows say that the pair is not functional", shown)
    if whole.is_empty():
        raise bad_input(raw.name, "", "no_targets", "every row says that its pair is not functional", _REMEDY)
    problems += _damaged(raw, whole)
    kinds = whole.select("source", "evidence", "tier").unique()
    tiers = [row[2] or tier_of(row[0], row[1]) for row in kinds.iter_rows()]
    classes = {b: rna_class(b, "gene") for b in whole["biotype"].unique().drop_nulls()}
    classes |= {b: "circrna" for b in classes if "circ" in b.lower()}
    found = (
        whole.join(
            kinds.with_columns(pl.Series("__tier", tiers, pl.String)),
            on=["source", "evidence", "tier"],
            nulls_equal=True,
            how="left",
            maintain_order="left",
        )
        .group_by("mirna", "target_id", "source", pl.col("__tier").alias("tier"))
        .agg(
            pl.col("target_symbol").drop_nulls().first(),
            pl.col("biotype").drop_nulls().first(),
            pl.col("evidence").drop_nulls().unique(maintain_order=True),
            pl.col("sites").sum() if are_sites else pl.col("sites").max(),
        )
    )
    return found.select(
        "mirna",
        "target_id",
        "target_symbol",
        pl.col("biotype").replace_strict(classes, default=None, return_dtype=pl.String).alias("target_class"),
        "source",
        _joined("evidence").alias("evidence"),
        "tier",
        pl.col("sites").cast(pl.Int64).alias("site_count"),
    ).sort("mirna", "target_id", "source", "tier"), problems


def _joined(column: str) -> pl.Expr:
    """A list of texts as one, the first few written out; null where it is empty."""
    shown = pl.col(column).list.head(_SHOWN_EVIDENCE).list.join("; ")
    rest = pl.col(column).list.len().cast(pl.Int64) - _SHOWN_EVIDENCE
    return (
        pl.when(pl.col(column).list.len() == 0)
        .then(None)
        .when(rest > 0)
        .then(pl.format("{} and {} more", shown, rest))
        .otherwise(shown)
    )


_REMEDY = (
    "Name a table with the columns mirna, target_id and target_symbol, source, evidence, or a database's own export."
)


def left_out(raw: RawFile, count: int, what: str, shown: str = "") -> list[Problem]:
    """Say how many rows are left out for ``what``; nothing where there are none."""
    if not count:
        return []
    message = f"{count:,} {what}{f' ({shown})' if shown else ''} and are left out"
    return [warning(raw.name, "", "pairs_left_out", message, "Complete or correct them, if the pairs matter.")]


def _damaged(raw: RawFile, rows: pl.DataFrame) -> list[Problem]:
    names = rows["target_symbol"].drop_nulls().unique().sort().to_list()
    found = [value for _, value in excel_damaged(names)]
    if not found:
        return []
    message = f"{damage_words(len(found), 'target')} ({several(found)})"
    remedy = "Take the table from its source again and do not open it in Excel."
    return [warning(raw.name, "", "excel_damaged_name", message, remedy, found[0])]


def other_species(raw: RawFile, species: pl.Series, count: int, organism: str) -> list[Problem]:
    """Say how many rows (``count``) are of other species than the study's; ``species``: what each row says.

    Raises ``BadInputError`` where all are.
    """
    if not count:
        return []
    if count == len(species):
        message = f"all rows ({count:,}) are of {several(species.drop_nulls().unique().sort().to_list())}, "
        message += f"but the study is of {organism}: no pair can be made"
        remedy = f"Name a table of {organism} under cerna.targets, or correct organism in study.yaml."
        raise bad_input(raw.name, "", "other_species", message, remedy)
    message = f"{counted(count, 'row is', 'rows are')} not of {organism} and left out"
    remedy = "Nothing is to be done, unless study.yaml names the wrong organism."
    return [warning(raw.name, "", "other_species", message, remedy)]
