"""Thermo Fisher Qubit 4 and Flex exports: one tube a row."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.headed_tables import HeadedTable, headed_table
from tasks.methods.instrument_times import iso_times
from tasks.methods.nucleic_acids import ASSAY, TABLE, nucleic_acid, reading_frame, reading_problems
from tasks.methods.signatures import QUBIT, recognise_file

_REMEDY = "Export the run again from the Qubit as csv."
_ORIGINAL, _NAME = "Original sample conc.", ("Sample Name", "Test Name", "Sample ID")
_WORDS = ("<", ">", "out of range", "oor", "low", "high")
_NG_PER_UL = {
    "ng/µl": 1.0, "ng/ul": 1.0, "µg/ml": 1.0, "ug/ml": 1.0, "mg/l": 1.0, "ng/ml": 1e-3, "pg/µl": 1e-3, "pg/ul": 1e-3,
    "µg/µl": 1e3, "ug/ul": 1e3, "mg/ml": 1e3,
}  # fmt: skip
_USED = ("Assay Name", *_NAME, "Test Date", _ORIGINAL, "Units", "Original sample conc. units", "Dilution Factor")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a Qubit wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == QUBIT


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the original sample's concentration of every tube, in ng/µL, into ``core.nucleic_acid_qc``.

    The tube's own concentration is listed as unread. Readings out of range have none and are flagged. Raises
    ``BadInputError`` for a unit that is no mass per volume.
    """
    table = headed_table(raw, QUBIT, _is_header, "Test Name, Original sample conc., Units", _REMEDY)
    values = table.numbers(_ORIGINAL, words=_WORDS)
    factors = _factors(table, values)
    dilution = table.numbers("Dilution Factor")
    names, assays = table.texts(*_NAME), table.texts("Assay Name")
    times = iso_times(table.texts("Test Date"), is_day_first=_is_day_first(table))
    rows = [
        {
            "instrument": "Qubit",
            "sample_name": names[i] or None,
            "nucleic_acid": nucleic_acid(assays[i]),
            "concentration_ng_per_ul": None if value is None else value * factors[i],
            "dilution": dilution[i] if (dilution[i] or 0) > 0 else None,
            "measured_on": times[i],
        }
        for i, value in enumerate(values)
    ]
    readings = reading_frame(rows, context)
    return Parsed({TABLE: readings}, tuple(reading_problems(readings, raw)), table.unread(*_USED))


def _is_day_first(table: HeadedTable) -> bool:
    """Whether the run's number, which begins with its date (2023-11-04), says that 04/11/2023 is in November."""
    runs, tests = iso_times(table.texts("Run ID")), table.texts("Test Date")
    days = [(run[:10], iso_times([test], is_day_first=True)[0]) for run, test in zip(runs, tests, strict=True) if run]
    return any(test is not None and test.startswith(day) for day, test in days)


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.lower() for c in cells}
    return _ORIGINAL.lower() in titles and bool(titles & {n.lower() for n in _NAME})


def _factors(table: HeadedTable, values: Sequence[float | None]) -> list[float]:
    """What each concentration is multiplied with to be ng/µL; its unit stands in the column after it."""
    at = table.index(_ORIGINAL)
    assert at is not None
    found = []
    for (line, cells), value in zip(table.rows, values, strict=True):
        unit = cells[at + 1].replace("μ", "µ").lower() if at + 1 < len(cells) else ""
        if value is not None and unit not in _NG_PER_UL:
            message = f"{unit!r} is no mass per volume; ng/µL was expected"
            raise bad_input(table.file, f"line {line}, column Units", "unknown_unit", message, _REMEDY, unit)
        found.append(_NG_PER_UL.get(unit, 1.0))
    return found


PARSER = Parser(
    name="qubit",
    version="1",
    product=QUBIT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
