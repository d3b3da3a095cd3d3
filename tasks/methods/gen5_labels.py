"""What the label of a Gen5 reading says: which read of the procedure it is, or that Gen5 computed it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.methods.gen5_sections import Read

_RAW = re.compile(
    r"(?:(?P<step>.+?):)?(?P<channel>\d+(?:/\d+)?(?:,\s?\d+(?:/\d+)?)?|Lum|Alpha)"
    r"(?: \[(?:Parallel|Perpendicular)\])?"
)
_SPECTRUM = re.compile(r"(?:(?P<step>.+):)?(?:EM |EX )?Spectrum")
_COMPUTED = re.compile(
    r"(?:Blank|Corrected|Mean|Max|Min|Ratio|Delta|Log|Norm\w*|Conc\w*|Avg|StDev|CV)\b", re.IGNORECASE
)
_UNITS = {"absorbance": "OD", "luminescence": "RLU"}


@dataclass(frozen=True)
class Reading:
    """Mode (absorbance, fluorescence, …), wavelength read and unit behind a label."""

    mode: str
    wavelength_nm: float | None
    unit: str


def reading_of(label: str, kind: str, reads: Sequence[Read]) -> Reading | None:
    """What a label measures; null for what Gen5 computed (blanked, ratio, concentration, Max V, …).

    Gen5 labels a reading ``step:channel``, or ``channel`` for a step without label; the
    channel is a wavelength, ``excitation,emission`` or ``Lum``. The wavelength of a
    fluorescence reading is that of its emission.
    """
    if kind == "spectrum":
        match = _SPECTRUM.fullmatch(label)
        read = _read_of(match["step"], "", _scanned(label, reads)) if match else None
        return _reading(read.mode or "absorbance", None) if read else None
    match = _RAW.fullmatch(label)
    if match:
        read = _read_of(match["step"], match["channel"], reads)
        return _reading(read.mode or _mode_of(match["channel"]), _wavelength(match["channel"])) if read else None
    # A step label alone, or rows without any label, can only mean a step with one channel.
    is_bare = label in ("", "Results")
    alone = [r for r in reads if r.channels] if is_bare else [r for r in reads if r.label == label]
    named = alone[0] if len(alone) == 1 and len(alone[0].channels) == 1 else None
    return _reading(named.mode or _mode_of(named.channels[0]), _wavelength(named.channels[0])) if named else None


def _scanned(label: str, reads: Sequence[Read]) -> Sequence[Read]:
    """Reads that a spectrum can be of: EM and EX say that an emission was measured, nothing says absorbance."""
    is_emission = re.search(r"(?:^|:)E[MX] Spectrum$", label) is not None
    likely = [r for r in reads if (r.mode != "absorbance") == is_emission and r.is_spectrum]
    return likely or reads


def _read_of(step: str | None, channel: str, reads: Sequence[Read]) -> Read | None:
    """Find the read of the procedure; an unnamed stand-in where the export leaves the procedure out."""
    channel = channel.replace(" ", "")
    if not reads:
        return None if step and _COMPUTED.match(step) else Read(step or "")
    fits = [r for r in reads if channel in r.channels]
    # Spectra and Alpha reads name no channel.
    fits += [r for r in reads if not r.channels and (not channel or r.mode in ("", _mode_of(channel)))]
    if step is None:
        return next(iter(fits), None)
    if numbered := re.fullmatch(r"Read (\d{1,3})", step):
        counted = reads[int(numbered[1]) - 1 : int(numbered[1])]  # reads without a label are counted from 1
        return next((r for r in fits if r.label == step or r in counted), next(iter(fits), None))
    if step in {r.label for r in reads}:
        return next((r for r in fits if r.label == step), next(iter(fits), None))
    return None


def _mode_of(channel: str) -> str:
    if "," in channel:
        return "fluorescence"
    return {"Lum": "luminescence", "Alpha": "alpha"}.get(channel, "absorbance")


def _wavelength(channel: str) -> float | None:
    last = channel.rpartition(",")[2].partition("/")[0].strip()
    return float(last) if re.fullmatch(r"[1-9][0-9]{1,4}", last) else None


def _reading(mode: str, wavelength_nm: float | None) -> Reading:
    return Reading(mode, wavelength_nm, _UNITS.get(mode, "RFU"))
