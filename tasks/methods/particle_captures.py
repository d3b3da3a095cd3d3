"""Captures of a particle tracker as rows: their bins, what these amount to, and what the file says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from schemas.errors import Problem, warning
from tasks.contracts import Context
from tasks.methods.dilutions import Dilution
from tasks.methods.file_samples import dilution_problems
from tasks.methods.particle_sizes import Array, Distribution, bin_edges, distribution

SIZES, SUMMARIES = "core.particle_sizes", "core.particle_summaries"
POOLED = "pooled"
STATED = ("mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm")
_SHARE = 0.03  # relative difference of two figures that are one figure, rounded
_BINS = 1.5  # sizes are read from bins: one more or less, and rounding
_LISTED = 3
MOST_TRACKS = 10**12
_REMEDIES = {
    "dilution_missing": "Write its factor into a column `dilution` of files.csv (1 where nothing was diluted).",
    "dilution_disagrees": "Correct the column `dilution` of files.csv, or leave it empty where the file is right.",
    "dilution_twice": "Export again with the dilution applied once; until then the concentration is left out.",
    "dilution_not_applied": "Export again with the dilution applied; until then the concentration is left out.",
}


@dataclass(frozen=True)
class Capture:
    """One capture: particles per mL and bin as printed, (n,), and what the file states about it."""

    name: str
    printed: Array
    dilution: Dilution
    stated: Mapping[str, float | None] = field(default_factory=dict)  # columns of STATED
    stated_total: float | None = None
    track_count: int | None = None
    warnings: tuple[str, ...] = ()


def capture_frames(
    captures: Sequence[Capture], centres: Array, *, sample: str, context: Context, measured_on: str | None
) -> dict[str, pl.DataFrame]:
    """Rows of ``core.particle_sizes`` and ``core.particle_summaries``; centres in nm, (n,).

    Several captures also get a row ``pooled``: the mean of their bins. Its concentration is known where every capture's
    is.
    """
    time_h = context.row.time_h if context.row else None
    about = {"sample_name": sample, "time_h": time_h}
    rows = [_summary(capture, centres) for capture in captures]
    if len(captures) > 1:
        rows.append(_pooled(captures, centres))
    summaries = pl.DataFrame(
        [row | about | {"measured_on": measured_on} for row in rows], schema=_SUMMARY_TYPES, orient="row"
    )
    bins = [
        pl.DataFrame({"size_nm": centres, "printed_concentration_per_ml": c.printed}).with_columns(
            pl.lit(c.name).alias("capture"),
            (pl.col("printed_concentration_per_ml") * pl.lit(c.dilution.multiplier, pl.Float64)).alias(
                "concentration_per_ml"
            ),
        )
        for c in captures
    ]
    sizes = pl.concat(bins).with_columns(
        pl.lit(sample).alias("sample_name"), pl.lit(time_h, pl.Float64).alias("time_h")
    )
    return {SIZES: sizes, SUMMARIES: summaries}


def track_count(number: float | None) -> int | None:
    """Tracks that a file states; null where it states none that can be."""
    return int(number) if number is not None and 0 <= number <= MOST_TRACKS else None


_SUMMARY_TYPES: dict[str, Any] = {
    "capture": pl.String,
    "is_pooled": pl.Boolean,
    "sample_name": pl.String,
    "time_h": pl.Float64,
    **dict.fromkeys(STATED, pl.Float64),
    "total_concentration_per_ml": pl.Float64,
    "printed_concentration_per_ml": pl.Float64,
    "dilution": pl.Float64,
    "dilution_source": pl.String,
    **dict.fromkeys((f"stated_{name}" for name in STATED), pl.Float64),
    "stated_concentration_per_ml": pl.Float64,
    "track_count": pl.Int64,
    "measured_on": pl.String,
    "flag": pl.String,
}


def _summary(capture: Capture, centres: Array) -> dict[str, Any]:
    found, dilution = distribution(centres, capture.printed), capture.dilution
    flags = [*filter(None, [dilution.flag]), *(["empty_capture"] if found.mean_nm is None else []), *capture.warnings]
    return {
        "capture": capture.name,
        "is_pooled": False,
        **_sizes(found),
        "total_concentration_per_ml": None if dilution.multiplier is None else found.total * dilution.multiplier,
        "printed_concentration_per_ml": found.total,
        "dilution": dilution.factor,
        "dilution_source": dilution.source,
        **{f"stated_{name}": capture.stated.get(name) for name in STATED},
        "stated_concentration_per_ml": capture.stated_total,
        "track_count": capture.track_count,
        "flag": ";".join(flags) or None,
    }


def _pooled(captures: Sequence[Capture], centres: Array) -> dict[str, Any]:
    printed = np.mean([c.printed for c in captures], axis=0)
    found = distribution(centres, printed)
    multipliers = [c.dilution.multiplier for c in captures]
    factors = {c.dilution.factor for c in captures}
    totals = [c.printed.sum() * m for c, m in zip(captures, multipliers, strict=True) if m is not None]
    tracks = [c.track_count for c in captures if c.track_count is not None]
    flags = dict.fromkeys(f for c in captures if (f := c.dilution.flag))
    return {
        "capture": POOLED,
        "is_pooled": True,
        **_sizes(found),
        "total_concentration_per_ml": float(np.mean(totals)) if len(totals) == len(captures) else None,
        "printed_concentration_per_ml": found.total,
        "dilution": factors.pop() if len(factors) == 1 else None,
        "dilution_source": captures[0].dilution.source,
        "track_count": sum(tracks) if tracks else None,
        "flag": ";".join(flags) or None,
    }


def _sizes(found: Distribution) -> dict[str, float | None]:
    return {name: value for name, value in asdict(found).items() if name in STATED}


def capture_problems(captures: Sequence[Capture], centres: Array, file: str, context: Context) -> Iterator[Problem]:
    """Warn of doubtful dilutions and of figures that the file's own bins contradict, each once."""
    unreadable = list(dilution_problems(context, file))
    yield from unreadable
    by_flag: dict[str, list[Capture]] = {}
    for capture in captures:
        if capture.dilution.flag:
            by_flag.setdefault(capture.dilution.flag, []).append(capture)
    if unreadable:
        by_flag.pop("dilution_missing", None)  # it is there
    for flag, found in by_flag.items():
        yield warning(file, _place(found), flag, _said(found[0]), _REMEDIES[flag])
    contradicted = [(c, text) for c in captures if (text := _contradiction(c, centres))]
    if contradicted:
        yield warning(
            file,
            _place([c for c, _ in contradicted]),
            "summary_disagrees",
            f"{contradicted[0][1]}; the bins are used",
            "Export the file again: it was edited, cut off, or its figures belong to another weighting.",
        )
    if empty := [c for c in captures if not c.printed.any()]:
        yield warning(
            file, _place(empty), "empty_capture", "no particle was tracked", "Repeat the capture, or leave it."
        )


def _said(capture: Capture) -> str:
    """What is wrong with the dilution of a capture, in words."""
    factor, printed = capture.dilution.factor or 1, capture.printed.sum()
    match capture.dilution.flag:
        case "dilution_missing":
            return "the dilution is not recorded, so concentrations are left out (sizes are kept)"
        case "dilution_disagrees":
            return f"the file says dilution {factor:g} and files.csv another one, so concentrations are left out"
        case "dilution_twice":
            more = f"{printed:.3g} particles per mL are {factor:g} times more than was tracked"
            return f"the dilution of {factor:g} was applied twice: {more}"
        case _:
            less = f"{printed:.3g} particles per mL is what was tracked in the diluted suspension"
            return f"concentrations should be multiplied by the dilution of {factor:g} already and are not: {less}"


def _place(captures: Sequence[Capture]) -> str:
    names = ", ".join(c.name for c in captures[:_LISTED])
    more = f", … ({len(captures)} captures)" if len(captures) > _LISTED else ""
    return f"capture {names}{more}"


def _contradiction(capture: Capture, centres: Array) -> str | None:
    """The first figure of the file that its bins do not give, in words."""
    found = distribution(centres, capture.printed)
    if found.mean_nm is None:
        return None
    width = float(np.diff(bin_edges(centres)).max(initial=0, where=capture.printed > 0))
    for name in STATED:
        stated, computed = capture.stated.get(name), getattr(found, name)
        if stated is not None and abs(stated - computed) > _BINS * width + _SHARE * computed:
            return f"the file states {name.removesuffix('_nm').upper()} {stated:g} nm, its bins give {computed:.4g} nm"
    total = capture.stated_total
    if total and capture.dilution.flag != "dilution_twice" and abs(total - found.total) > _SHARE * found.total:
        return f"the file states {total:.4g} particles per mL, its bins add up to {found.total:.4g}"
    return None
