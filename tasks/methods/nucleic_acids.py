"""Rows of nucleic-acid readings and what their numbers say about the sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from tasks.contracts import Context, RawFile

TABLE = "core.nucleic_acid_qc"
ASSAY = "nucleic_acid_qc"
MIN_RIN = 7.0  # below it, 3' bias of poly-A libraries is plain: Schroeder et al. 2006, doi:10.1186/1471-2199-7-3
MIN_260_280 = {"RNA": 1.8, None: 1.7}
MAX_260_280 = 2.3
MIN_260_230 = 1.5
_LISTED = 5
_TYPES: dict[str, pl.DataType] = {
    "reading": pl.Int64(), "instrument": pl.String(), "well": pl.String(), "role": pl.String(),
    "sample_name": pl.String(), "time_h": pl.Float64(), "nucleic_acid": pl.String(),
    "concentration_ng_per_ul": pl.Float64(), "ratio_260_280": pl.Float64(), "ratio_260_230": pl.Float64(),
    "rin": pl.Float64(), "ratio_28s_18s": pl.Float64(), "dilution": pl.Float64(), "measured_on": pl.String(),
    "flag": pl.String(),
}  # fmt: skip
_MEANING = {
    "low_rin": ("the RNA is degraded (RIN below 7)", "Extract it again, or say so where its reads are shown."),
    "low_260_280": ("A260/A280 is low: protein or phenol is left", "Clean it up, and quantify it by fluorescence."),
    "high_260_280": (
        "A260/A280 is above what nucleic acid has",
        "Blank the instrument with the elution buffer, repeat.",
    ),
    "low_260_230": ("A260/A230 is low: guanidine or phenol is left", "Clean it up before reverse transcription."),
    "no_concentration": ("no concentration could be measured", "Measure it again within the instrument's range."),
}


def reading_frame(rows: Sequence[Mapping[str, Any]], context: Context) -> pl.DataFrame:
    """Rows of ``core.nucleic_acid_qc``, numbered in order, with flags where a number is out of its usual range.

    A single row gets the sample of files.csv, several get the sample's own names.
    """
    row = context.row
    found = []
    for number, given in enumerate(rows, start=1):
        one: dict[str, Any] = dict.fromkeys(_TYPES) | {"role": "sample"} | dict(given) | {"reading": number}
        if row and row.sample and len(rows) == 1:
            one["sample_name"] = row.sample
        one["time_h"] = row.time_h if row else None
        own = [one["flag"]] if one["flag"] else []
        one["flag"] = ";".join([*own, *(_flags(one) if one["role"] == "sample" else [])]) or None
        found.append({name: one[name] for name in _TYPES})
    return pl.DataFrame(found, schema=_TYPES, orient="row")


def _flags(row: Mapping[str, Any]) -> Iterator[str]:
    if row["concentration_ng_per_ul"] is None:
        yield "no_concentration"
    if row["rin"] is not None and row["rin"] < MIN_RIN and row["nucleic_acid"] in (None, "RNA"):
        yield "low_rin"
    purity, salt = row["ratio_260_280"], row["ratio_260_230"]
    if purity is not None and purity < MIN_260_280.get(row["nucleic_acid"], MIN_260_280[None]):
        yield "low_260_280"
    if purity is not None and purity > MAX_260_280:
        yield "high_260_280"
    if salt is not None and salt < MIN_260_230:
        yield "low_260_230"


def reading_problems(readings: pl.DataFrame, raw: RawFile) -> Iterator[Problem]:
    """One warning per kind of flag, with the samples."""
    for flag, (message, remedy) in _MEANING.items():
        bad = readings.filter(pl.col("flag").fill_null("").str.split(";").list.contains(flag))
        if bad.height:
            names = [n or f"reading {i}" for n, i in bad.select("sample_name", "reading").iter_rows()]
            place = ", ".join(names[:_LISTED]) + (f", … ({len(names)})" if len(names) > _LISTED else "")
            yield warning(raw.name, f"sample {place}", flag, message, remedy, names[0])


def nucleic_acid(text: str) -> str | None:
    """RNA, dsDNA or ssDNA, told from an assay's or file's name; null where nothing tells."""
    lowered = text.lower()
    for name, words in (("RNA", ("rna",)), ("ssDNA", ("ssdna",)), ("dsDNA", ("dna", "genomic"))):
        if any(word in lowered for word in words):
            return name
    return None
