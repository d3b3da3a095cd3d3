"""From a family of measurements back to the wells, lanes, fields and tubes that they were read from. Pure.

What a family rests on is the same for all its pairs, so that it stands once, and every star leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tasks.methods.put_back import LeftOut, marked
from tasks.methods.report_blocks import Cell, Grid
from tasks.methods.report_tables import cell, grid, heading, labelled, slug
from tasks.methods.report_words import Row, hours, quantity

ROWS = 1500  # of one family
HASH = 12  # letters of a hash that people compare
WHY = "excluded_because"
OUT_NOTE = "Is excluded: exclusions.csv leaves the reading out, so that no tested value rests on it."


@dataclass(frozen=True)
class Trace:
    """Where an assay's readings lie.

    ``target``: the column that a measurement's target names. ``companions``: readings without which no value is
    computed (blanks, reference genes, loading controls), as a column and its value (empty: any of the study's
    reference genes), found by the columns in ``beside``.
    """

    table: str
    columns: tuple[str, ...]
    target: str = ""
    companions: tuple[str, str] | None = None
    beside: tuple[str, ...] = ()


TRACES: Mapping[str, tuple[Trace, ...]] = {
    "cell_viability": (
        Trace(
            "core.plate_wells",
            ("plate", "well", "role", "time_h", "measure", "wavelength_nm", "value", "unit", "flag"),
            companions=("role", "blank"),
            beside=("object_id", "plate", "time_h"),
        ),
    ),
    "qpcr": (
        Trace(
            "core.qpcr_wells",
            ("plate", "well", "reading", "target", "task", "cq", "flag"),
            target="target",
            companions=("target", ""),
            beside=("object_id", "sample_id"),
        ),
    ),
    "western_blot": (
        Trace(
            "core.blot_bands",
            ("membrane", "lane", "band", "target", "target_role", "signal", "background", "area", "flag"),
            target="target",
            companions=("target_role", "loading"),
            beside=("membrane", "sample_id"),
        ),
    ),
    "senescence": (Trace("core.cell_counts", ("field", "stain", "positive_count", "total_count", "flag")),),
    "cell_counts": (
        Trace("core.cell_counts", ("field", "stain", "positive_count", "total_count", "concentration_per_ml", "flag")),
    ),
    "flow_cytometry": (
        Trace("core.flow_samples", ("data_set", "panel", "marker", "event_count", "cytometer", "measured_on", "flag")),
    ),
    "particle_size": (
        Trace(
            "core.particle_summaries",
            ("capture", "mean_nm", "mode_nm", "total_concentration_per_ml", "dilution", "flag"),
        ),
    ),
    "nucleic_acid_qc": (
        Trace(
            "core.nucleic_acid_qc",
            (
                "reading",
                "well",
                "instrument",
                "concentration_ng_per_ul",
                "ratio_260_280",
                "ratio_260_230",
                "rin",
                "flag",
            ),
        ),
    ),
}
TABLES: Mapping[str, tuple[str, ...]] = {t.table: () for traces in TRACES.values() for t in traces}


def family_anchor(row: Row) -> str:
    """Id of the table that a family's readings stand in: one for all measures of the same readings."""
    target = row["target"] if any(t.target for t in TRACES.get(row["assay"], ())) else ""
    return slug("wells", row["assay"], row["experiment"], target, row["time_h"])


def file_anchor(object_id: str) -> str:
    """Id of a file's row in the provenance."""
    return f"file-{object_id[:HASH]}"


def readings(
    row: Row, frames: Mapping[str, pl.DataFrame], references: Sequence[str], left: Sequence[LeftOut] = ()
) -> pl.DataFrame:
    """All readings behind a family, with ``condition`` and ``file_name``, empty where none is known.

    ``frames``: the tables of ``TRACES``, ``core.samples`` and ``core.raw_objects``. ``references``: reference genes.
    ``left``: what exclusions.csv leaves out; ``excluded_because`` names it and its reason, null for what is used.
    """
    samples = frames["core.samples"].filter(experiment=row["experiment"])
    found = [
        _of_trace(trace, row, frames[trace.table], samples["sample_id"], references, left)
        for trace in TRACES.get(row["assay"], ())
        if trace.table in frames
    ]
    rows = pl.concat(found, how="diagonal") if found else pl.DataFrame(schema={"object_id": pl.String})
    if not rows.height:
        return pl.DataFrame()
    files = frames["core.raw_objects"].select("object_id", "file_name", "status").filter(status="loaded")
    known = samples.select("sample_id", "condition", "condition_order", "donor_id")
    named = rows.join(known, on="sample_id", how="left").join(
        files.unique("object_id").select("object_id", "file_name"), on="object_id", how="left"
    )
    order = [
        c for c in ("condition_order", "sample_id", "file_name", "plate", "membrane", "well") if c in named.columns
    ]
    return named.sort(order, nulls_last=True, maintain_order=True)


def _of_trace(
    trace: Trace, row: Row, facts: pl.DataFrame, samples: pl.Series, references: Sequence[str], left: Sequence[LeftOut]
) -> pl.DataFrame:
    here = facts
    if "assay" in facts.columns:
        here = here.filter(pl.col("assay") == row["assay"])
    if row["time_h"] is not None and "time_h" in here.columns:
        here = here.filter(pl.col("time_h") == row["time_h"])
    own = here.filter(pl.col("sample_id").is_in(samples.implode()))
    if trace.target and row["target"]:
        own = own.filter(pl.col(trace.target).str.to_lowercase() == row["target"].lower())
    if trace.companions and own.height:
        column, value = trace.companions
        wanted = [value] if value else [r for r in references if r != row["target"]]
        beside = here.join(own.select(trace.beside).unique(), on=trace.beside, how="semi", nulls_equal=True)
        extra = beside.filter(pl.col(column).is_in(wanted)).join(own, on=own.columns, how="anti", nulls_equal=True)
        own = pl.concat([own, extra])
    known = [c for c in trace.columns if c in own.columns]
    return marked(own, left, WHY).select("object_id", "sample_id", WHY, *known)


def readings_grid(
    row: Row,
    frames: Mapping[str, pl.DataFrame],
    references: Sequence[str],
    labels: Mapping[str, str],
    left: Sequence[LeftOut] = (),
) -> Grid | None:
    """The readings behind a family as a folded table, each with its file and hash; null where there are none.

    Readings that exclusions.csv leaves out say so, with the reason, and their number stands in the caption.
    """
    rows = readings(row, frames, references, left)
    if not rows.height:
        return None
    shared = all(not t.target for t in TRACES[row["assay"]])
    what = "all measures" if shared else quantity(row)
    own = [c for t in TRACES[row["assay"]] for c in t.columns]
    columns = {
        "sample_id": "sample",
        "condition": "condition",
        "donor_id": "donor",
        WHY: "is excluded",
        **{c: heading(c) for c in own},
        "file_name": "file",
        "object_id": "sha256",
    }
    by_id = dict(rows.select("object_id", "file_name").unique().iter_rows())
    hrefs = {name: f"#{file_anchor(object_id)}" for object_id, name in by_id.items()}
    out = rows[WHY].count()
    less = f", {out:,} of them excluded" if out else ""
    return grid(
        rows,
        f"Readings behind {what}{hours(row['time_h'])}, experiment {row['experiment']}{less}",
        family_anchor(row),
        columns,
        shown={
            "sample_id": lambda v: Cell(v or "(blank)"),
            "condition": labelled(labels),
            "file_name": lambda v: Cell(v or "", href=hrefs.get(v, "")),
            "object_id": lambda v: Cell(v[:HASH]),
            "well": lambda v: cell("well", v),
            WHY: lambda v: Cell(f"yes: {v}" if v else "no"),
        },
        note=OUT_NOTE if out else "",
        rows=ROWS,
        rest="The whole is in the core tables (benchlake sql).",
        folded=True,
    )
