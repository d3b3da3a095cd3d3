"""Dilution of a measured suspension: who states it, whether it is applied already, whether it can be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Particles per frame times this is the concentration of the suspension in the chamber: the illuminated volume of
# particle trackers is 0.02-0.5 nL (Dragovic et al. 2011, doi:10.1016/j.nano.2011.04.003)
_PER_ML_A_FRAME = (2e6, 5e7)
_SAME = 0.02  # factors that differ by less are one factor
_TELLING = 30.0  # smaller dilutions drown in the spread of the illuminated volume


@dataclass(frozen=True)
class Dilution:
    """The factor, who states it, what printed concentrations must be multiplied with (null: unknown), and a flag."""

    factor: float | None
    source: Literal["file", "files.csv"] | None
    multiplier: float | None
    flag: str | None = None


def is_same(a: float, b: float) -> bool:
    """Whether two factors differ by rounding only."""
    return abs(a - b) <= _SAME * max(abs(a), abs(b))


def resolve(stated: float | None, declared: float | None, *, is_applied: bool) -> Dilution:
    """Decide the dilution from the file (``stated``) and files.csv (``declared``).

    ``is_applied``: the file's concentrations are multiplied by the stated factor already, so it is never applied again,
    also when files.csv repeats it. Two different factors are no factor.
    """
    if stated is None and declared is None:
        return Dilution(None, None, None, "dilution_missing")
    if stated is None:
        return Dilution(declared, "files.csv", declared)
    if declared is not None and not is_same(stated, declared):
        return Dilution(stated, "file", None, "dilution_disagrees")
    return Dilution(stated, "file", 1.0 if is_applied else stated)


def checked(dilution: Dilution, *, printed: float, stated: float | None, per_frame: float | None) -> Dilution:
    """Refuse a dilution that was applied twice or, against the file's word, not at all.

    ``printed``: sum of the file's bins; ``stated``: its own total; ``per_frame``: particles in a frame. Bins and total
    must agree; where they differ by the dilution, one of them was multiplied once more. Divided by the dilution, the
    concentration must be one that this many particles in a frame can come from.
    """
    factor = dilution.factor
    if factor is None or dilution.multiplier is None or factor < _TELLING or printed <= 0:
        return dilution
    if stated and not is_same(printed, stated) and any(is_same(printed / stated, r) for r in (factor, 1 / factor)):
        return Dilution(factor, dilution.source, None, "dilution_twice")
    if not per_frame or per_frame <= 0:
        return dilution
    chamber = printed * dilution.multiplier / factor / per_frame
    low, high = _PER_ML_A_FRAME
    if chamber > high and low <= chamber / factor <= high:
        return Dilution(factor, dilution.source, None, "dilution_twice")
    if chamber < low <= chamber * factor <= high:
        return Dilution(factor, dilution.source, None, "dilution_not_applied")
    return dilution
