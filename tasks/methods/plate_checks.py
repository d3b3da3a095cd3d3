"""Checks that save a plate: blanks that are not blank, readings over range, a plate put in the wrong way round.

Rules, per plate and read (one measure, wavelength and time):

- *top* is the highest of the medians of the samples: robust to single wells, and untouched
  by treatments that kill every cell, as long as one sample is alive.
- A well reads *like a sample* when it has half of the top or more and, in OD, more than
  0.2 (CCK-8 and MTT blanks read 0.05 to 0.15); fluorescence and luminescence have a high
  background, so there it takes nine tenths of the top.
- Blanks are not blank when their median reads like a sample, or when two or more sample
  wells read clearly below it (less than 0.6 of it; by more than 0.05 OD): dead cells read
  like the blank, never below it. A single blank well that reads like a sample, and three
  times the median of the blanks, is flagged alone.
- An empty well is not empty when it reads like a sample.
- The layout fits turned by 180° when blanks are not blank but the wells opposite, samples by the layout, are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.errors import Problem, Severity
from tasks.methods.grids import plate_size, rotated
from tasks.methods.layouts import named_wells

MAX_OD = 3.0
_LIKE_SAMPLE = {"OD": 0.5}
_LIKE_SAMPLE_OTHERWISE = 0.9
_LEAST_OD = 0.2
_CLEARLY_BELOW, _CLEARLY_BELOW_OD = 0.6, 0.05
_LONE_BLANK = 3.0
_READ = ["plate", "measure", "wavelength_nm", "time_h"]


@dataclass
class _Findings:
    """Wells found wrong on one plate, by flag, over its reads."""

    wells: dict[str, set[str]] = field(default_factory=dict)
    blank_median: float = 0.0
    top: float = 0.0
    opposite_median: float | None = None
    opposite: list[str] = field(default_factory=list)


def check_plates(
    wells: pl.DataFrame, *, file: str, wavelength_nm: float | None = None
) -> tuple[pl.DataFrame, list[Problem]]:
    """Flag wells of ``core.plate_wells`` and say what a person should look at.

    Blanks and empty wells are judged at ``wavelength_nm`` where the plate was read there
    (at a reference wavelength everything is blank), else at every wavelength. Flags
    ``overflow`` and ``missed`` are never overwritten, values never changed; over_range is
    OD > 3. Rows keep their order. One problem per plate and kind, wells named.
    """
    rows = wells.with_row_index("_row").with_columns(
        pl.when(pl.col("flag").is_null() & (pl.col("unit") == "OD") & (pl.col("value") > MAX_OD))
        .then(pl.lit("over_range"))
        .otherwise(pl.col("flag"))
        .alias("flag")
    )
    found: dict[str, _Findings] = {}
    flags: dict[int, str] = {}
    for (plate,), part in rows.group_by(["plate"], maintain_order=True):
        at = part.filter(pl.col("wavelength_nm") == wavelength_nm) if wavelength_nm is not None else part.clear()
        size = plate_size(part["well"].unique().to_list())
        findings = found.setdefault(str(plate), _Findings())
        for _, read in (at if not at.is_empty() else part).group_by(_READ, maintain_order=True):
            flags |= _judge(read, findings, size)
    marks = pl.DataFrame(
        {"_row": list(flags), "_flag": list(flags.values())}, schema={"_row": pl.get_index_type(), "_flag": pl.String}
    )
    flagged = (
        rows.join(marks, on="_row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("flag", "_flag").alias("flag"))
        .select(wells.columns)
    )
    return flagged, [p for plate, f in found.items() for p in _problems(flagged, plate, f, file)]


def _judge(read: pl.DataFrame, findings: _Findings, size: int) -> dict[int, str]:
    """Flags by row of one read of one plate; what is wrong is added to ``findings``."""
    usable = read.filter(pl.col("value").is_not_null() & (pl.col("flag").is_null() | (pl.col("flag") != "masked")))
    samples, empties = (usable.filter(pl.col("role") == r) for r in ("sample", "empty"))
    if samples.is_empty():
        return {}
    unit = usable["unit"][0]
    top = float(samples.group_by("sample_name").agg(pl.col("value").median())["value"].max())  # type: ignore[arg-type]
    flags: dict[int, str] = {}
    for _, blanks in usable.filter(pl.col("role") == "blank").group_by(["blank_for"], maintain_order=True):
        values = blanks["value"].to_numpy()
        median = float(np.median(values))
        wrong = values >= median
        if _is_like_sample(median, top, unit) or _has_samples_below(samples, blanks, median, unit):
            wrong = np.ones(len(values), dtype=bool)
            findings.blank_median, findings.top = median, top
            _look_opposite(usable, blanks["well"].to_list(), median, top, findings, size)
        else:
            wrong = np.array([_is_like_sample(v, top, unit) and v > _LONE_BLANK * median for v in values])
            if wrong.any():
                findings.blank_median, findings.top = float(values[wrong].max()), top
        flags |= _marked(blanks, wrong, "blank_not_blank", findings)
    like = np.array([_is_like_sample(v, top, unit) for v in empties["value"]], dtype=bool)
    return flags | _marked(empties, like, "empty_not_empty", findings)


def _is_like_sample(value: float, top: float, unit: str) -> bool:
    """Whether a reading is as high as that of living cells."""
    return value >= _LIKE_SAMPLE.get(unit, _LIKE_SAMPLE_OTHERWISE) * top and (unit != "OD" or value > _LEAST_OD)


def _has_samples_below(samples: pl.DataFrame, blanks: pl.DataFrame, median: float, unit: str) -> bool:
    """Whether two or more sample wells read clearly below the blanks that belong to them."""
    group = blanks["blank_for"][0]
    if group is not None:
        samples = samples.filter(pl.col("sample_name").is_in([g.strip() for g in group.split(";")]))
    limit = min(_CLEARLY_BELOW * median, median - _CLEARLY_BELOW_OD) if unit == "OD" else _CLEARLY_BELOW * median
    return int((samples["value"] < limit).sum()) >= 2  # noqa: PLR2004  # one well may be a pipetting error


def _look_opposite(
    usable: pl.DataFrame, blanks: list[str], median: float, top: float, findings: _Findings, size: int
) -> None:
    """Remember the wells opposite the blanks if they, and not the blanks, read like blanks."""
    is_free = pl.col("role").is_null() | ~pl.col("role").is_in(["blank", "empty"])  # those may well read low
    there = usable.filter(pl.col("well").is_in([rotated(w, size) for w in blanks]) & is_free)
    values, opposite = there["value"], sorted(there["well"])
    if 2 * len(values) < len(blanks) or values.is_empty():
        return
    low = float(values.median())  # type: ignore[arg-type]
    unit = usable["unit"][0]
    if low < _CLEARLY_BELOW * median and not _is_like_sample(low, max(top, median), unit):
        findings.opposite, findings.opposite_median = opposite, low


def _marked(part: pl.DataFrame, wrong: NDArray[np.bool_], flag: str, findings: _Findings) -> dict[int, str]:
    chosen = part.filter(pl.Series(wrong, dtype=pl.Boolean))
    if not chosen.is_empty():
        findings.wells.setdefault(flag, set()).update(chosen["well"])
    return dict.fromkeys(chosen["_row"].to_list(), flag)


def _problems(wells: pl.DataFrame, plate: str, findings: _Findings, file: str) -> Iterable[Problem]:
    """Warnings about one plate, the worst first."""

    def warn(rule: str, names: Iterable[str], message: str, remedy: str) -> Problem:
        listed = sorted(names)
        place = f"plate {plate}, wells {named_wells(listed)}"
        return Problem(Severity.WARNING, file, place, listed[0], rule, message, remedy)

    if findings.opposite and findings.opposite_median is not None:
        yield warn(
            "layout_rotated",
            findings.opposite,
            f"the layout fits rotated 180°: the wells opposite the blanks read {findings.opposite_median:.3g}, "
            f"as blanks do, the blanks {findings.blank_median:.3g}",
            "Check whether the plate was put into the reader turned round; if so, turn its layout.",
        )
    if blanks := findings.wells.get("blank_not_blank"):
        yield warn(
            "blank_not_blank",
            blanks,
            f"blanks read {findings.blank_median:.3g}, not clearly below the samples (up to {findings.top:.3g})",
            "Check the layout and what was in these wells; viability computed from this blank is wrong.",
        )
    if empties := findings.wells.get("empty_not_empty"):
        yield warn(
            "empty_not_empty",
            empties,
            "wells that the layout calls empty read like samples",
            "Check the layout: are the samples one column or row further on?",
        )
    over = wells.filter((pl.col("plate") == plate) & (pl.col("flag") == "over_range"))["well"]
    if len(over):
        yield warn(
            "over_range",
            over.to_list(),
            f"readings above {MAX_OD:g} OD are beyond what the reader measures linearly",
            "Dilute, or stop the colour reaction earlier; these wells are left out of means.",
        )
