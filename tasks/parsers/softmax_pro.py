"""Molecular Devices SoftMax Pro text exports: endpoint, kinetic and spectrum reads of one or several plates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from schemas.errors import Problem, Severity, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.lines import read_lines
from tasks.methods.numbers import elapsed_h, read_numbers
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, plate_wells
from tasks.methods.signatures import SOFTMAX, recognise
from tasks.methods.softmax_blocks import Blocks, GroupWell, PlateBlock, Read, read_blocks

_REMEDY = "Export all sections again from SoftMax Pro as text (File > Export, raw data)."
_WORDS = {
    "path?": "missed",
    "error": "missed",
    "err": "missed",
    "nonum": "missed",
    "masked": "masked",
    "range?": "missed",
    "#low": "below_range",
    "low": "below_range",
    "#sat": "overflow",
    "sat": "overflow",
    "limit+": "overflow",
    "limit-": "below_range",
}
_GROUP_ROLES = (("blank", "blank"), ("standard", "control"), ("control", "control"))
_NUMBERED = re.compile(r"(?:smpl|sample|un|unk)?\d*", re.IGNORECASE)


def claims(raw: RawFile, context: Context) -> bool:
    """Whether SoftMax Pro wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == SOFTMAX


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the raw data of every plate into ``core.plate_wells``.

    ``NaN``, ``Path?`` and ``Error`` are missed wells, ``#Sat`` an overflow, ``#Low`` below range. Reduced data,
    group columns that SoftMax Pro computed, and notes are listed as unread. Kinetic times count from ``time_h``
    of files.csv. A wavelength is that of the emission where there are two. Groups give samples and roles.
    Raises ``BadInputError`` for a plate whose table is incomplete, of reduced data only, or unknown.
    """
    blocks = read_blocks(read_lines(raw, SOFTMAX), raw.name)
    if not blocks.plates:
        message = 'no block "Plate:" was found, which holds the readings'
        raise bad_input(raw.name, "line 1", "no_plate", message, _REMEDY)
    wells = _by_well(blocks)
    readings: list[WellText] = []
    for block in blocks.plates:
        readings += _readings(block, wells, context, is_only=len(blocks.plates) == 1)
    reduced = [f"reduced data of {block.head.name}" for block in blocks.plates if block.has_reduced]
    reduced += [f"temperature of {block.head.name}" for block in blocks.plates if block.has_temperature]
    return plate_wells(
        readings,
        raw,
        context,
        remedy=_REMEDY,
        unread=[*reduced, *blocks.unread],
        problems=_fewer_blocks(blocks, raw.name),
        words=_WORDS,
    )


def _readings(
    block: PlateBlock, wells: Mapping[tuple[str, str], GroupWell], context: Context, *, is_only: bool
) -> list[WellText]:
    head = block.head
    plate, is_explicit = identify_plate(head.name or "Plate 1", "", context.row, is_only=is_only)
    start_h = context.row.time_h if context.row else None
    axes: dict[tuple[int, str], tuple[float | None, float | None, str]] = {}
    found = []
    for read in block.reads:
        key = (read.read, read.x)
        if key not in axes:
            axes[key] = _axis(block, read, start_h)
        time_h, wavelength, label = axes[key]
        member = wells.get((head.name, read.well)) or (wells.get(("", read.well)) if is_only else None)
        role = _role(member.group) if member else None
        found.append(
            WellText(
                *(plate, is_explicit, read.well, time_h, head.mode, label, wavelength),
                *(_sample(member) if member and role != "blank" else None, role, read.text, head.unit),
                f"line {read.line}",
            )
        )
    return found


def _axis(block: PlateBlock, read: Read, start_h: float | None) -> tuple[float | None, float | None, str]:
    """Time, wavelength and label of a table; a NaN marks an unreadable time or wavelength."""
    head = block.head
    listed = head.wavelengths[read.read] if read.read < len(head.wavelengths) else None
    label = f"{head.mode} {read.read + 1}"
    if head.kind == "kinetic":
        elapsed = _elapsed_h(read.x)
        return (float("nan") if elapsed is None else elapsed + (start_h or 0)), listed, label
    if head.kind == "spectrum":
        value = read_numbers([read.x])["value"][0]
        return start_h, float("nan") if value is None or value <= 0 else float(value), head.mode
    return start_h, listed, label


def _elapsed_h(text: str) -> float | None:
    """Hours of ``hh:mm:ss``, ``mm:ss`` or bare seconds."""
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", text):
        return float(text) / 3600
    return elapsed_h(text)


def _by_well(blocks: Blocks) -> dict[tuple[str, str], GroupWell]:
    return {(member.plate, member.well): member for member in blocks.wells}


def _role(group: str) -> str:
    return next((role for word, role in _GROUP_ROLES if word in group.lower()), "sample")


def _sample(member: GroupWell) -> str:
    """Sample's name; one that is only a number counts within its group."""
    if not member.sample or _NUMBERED.fullmatch(member.sample):
        return f"{member.group} {member.sample}".strip()
    return member.sample


def _fewer_blocks(blocks: Blocks, file: str) -> Sequence[Problem]:
    if blocks.found >= blocks.stated:
        return ()
    return (
        Problem(
            Severity.WARNING,
            file,
            "line 1",
            f"##BLOCKS= {blocks.stated}",
            "fewer_blocks",
            f"the file announces {blocks.stated} sections and has {blocks.found}",
            "Check that no plate is missing; export all sections again if one is.",
        ),
    )


PARSER = Parser(
    name="softmax_pro",
    version="1",
    product=SOFTMAX,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
