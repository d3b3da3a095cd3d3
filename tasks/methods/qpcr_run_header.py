"""What a qPCR export says about its run: one row of ``core.qpcr_runs`` a plate, for MIQE."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import polars as pl

from tasks.methods.cq_tables import CqTable
from tasks.methods.qpcr_wells import Run

RUNS = "core.qpcr_runs"
_NONE = frozenset({"", "na", "n/a", "none", "-"})
_LISTED = 200  # targets of an array card whose thresholds are spelled out
# column of core.qpcr_runs -> header lines that give it, best first
_LINES: Mapping[str, tuple[str, ...]] = {
    "experiment_name": ("experiment name", "experiment"),
    "experiment_type": ("experiment type", "analysis type", "run type"),
    "instrument": ("instrument type", "instrument", "instrument model"),
    "instrument_serial": ("instrument serial number", "base serial number", "instrument name", "serial number"),
    "software": (
        "software name and version",
        "analysis software version",
        "cfx maestro version",
        "cfx manager version",
        "software version",
        "software",
    ),
    "chemistry": ("chemistry",),
    "passive_reference": ("passive reference",),
    "block": ("block type", "plate type"),
    "reaction_volume": ("sample volume", "sample vol", "reaction volume"),
    "cq_method": ("quantification cycle method", "analysis mode", "analysis"),
    "analysis_stage": (
        "stage/ cycle where analysis is performed",
        "stage/cycle where ct analysis is performed",
        "stage/cycle where analysis is performed",
        "pcr stage/step number",
    ),
    "run_at": (
        "experiment run end time",
        "run end data/time",
        "run end date/time",
        "run ended",
        "run start date/time",
        "run started",
        "run date",
        "date created",
    ),
    "operator": ("user name", "experiment user name", "operator", "created by user", "username", "user"),
}
_DYES = ("reporter", "fluor", "dye", "channel", "filter")
_THRESHOLD = ("ct threshold", "crt threshold", "threshold")
_AUTO_THRESHOLD = ("automatic ct threshold", "automatic crt threshold", "auto threshold", "threshold type")
_AUTO_BASELINE = ("automatic baseline", "auto baseline", "baseline type")
_SAID = frozenset({"true", "1", "auto", "automatic"})
_SERIAL = ("instrument",)
_FIRST, _LAST = ("baseline start",), ("baseline end", "baseline stop")
_COLUMNS = (_DYES, _SERIAL, _THRESHOLD, _AUTO_THRESHOLD, _AUTO_BASELINE, _FIRST, _LAST)


def read_columns(table: CqTable) -> frozenset[str]:
    """Columns of a table of Cq that ``run_frame`` sums up; they are not unread."""
    found = (_index(table, names) for names in _COLUMNS)
    return frozenset(table.header[i].strip() for i in found if i is not None)


def run_frame(wells: pl.DataFrame, table: CqTable, run: Run) -> pl.DataFrame:
    """One row per plate of ``wells``: the header lines that MIQE asks for, thresholds and baselines of the table.

    Every header line is kept as JSON. Absent and ``NA`` values are null.
    """
    said = {column: _first(run.header, keys) for column, keys in _LINES.items()}
    said["experiment_name"] = said["experiment_name"] or run.name
    said["dyes"] = ";".join(sorted(set(_texts(table, _DYES)) - {""})) or _first(run.header, ("selected filter",))
    said["instrument_serial"] = (
        said["instrument_serial"] or ";".join(sorted(set(_texts(table, _SERIAL)) - {""})) or None
    )
    said["threshold"] = _thresholds(table) or _first(run.header, ("threshold",))
    said["baseline"] = _baseline(table)
    header = json.dumps(dict(run.header), ensure_ascii=False, sort_keys=True)
    plates = wells["plate"].unique(maintain_order=True).to_list()
    schema = dict.fromkeys(("plate", *said, "header"), pl.String)
    return pl.DataFrame([{"plate": p, **said, "header": header} for p in plates], schema=schema)


def _first(header: Mapping[str, str], keys: Sequence[str]) -> str | None:
    return next((v for k in keys if (v := header.get(k, "").strip()).lower() not in _NONE), None)


def _index(table: CqTable, names: Sequence[str]) -> int | None:
    lowered = [h.strip().strip('"').lower() for h in table.header]
    return next((lowered.index(n) for n in names if n in lowered), None)


def _texts(table: CqTable, names: Sequence[str]) -> list[str]:
    return table.texts(_index(table, names))


def _thresholds(table: CqTable) -> str | None:
    targets = table.texts(table.column("target"))
    rows = zip(targets, _texts(table, _THRESHOLD), _texts(table, _AUTO_THRESHOLD), strict=True)
    found = dict.fromkeys(
        f"{target} {value}".strip() + (" auto" if auto.lower() in _SAID else "")
        for target, value, auto in rows
        if value
    )
    return ";".join(list(found)[:_LISTED]) or None


def _baseline(table: CqTable) -> str | None:
    first, last = (sorted(_whole(_texts(table, names))) for names in (_FIRST, _LAST))
    is_auto = not _SAID.isdisjoint(t.lower() for t in _texts(table, _AUTO_BASELINE))
    if not first or not last:
        return "auto" if is_auto else None
    return f"{first[0]}-{last[-1]}" + (" auto" if is_auto else "")


def _whole(texts: Sequence[str]) -> set[int]:
    return {int(t.partition(".")[0]) for t in texts if t.replace(".", "", 1).isdecimal() and t[0] != "."}
