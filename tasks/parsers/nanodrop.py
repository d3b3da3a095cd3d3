"""Thermo Fisher NanoDrop exports (One, Eight, 2000): one reading a row."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.headed_tables import HeadedTable, headed_table
from tasks.methods.instrument_times import iso_times
from tasks.methods.nucleic_acids import ASSAY, TABLE, nucleic_acid, reading_frame, reading_problems
from tasks.methods.signatures import NANODROP, recognise_file

_REMEDY = "Export the readings again from the NanoDrop as csv."
_CONCENTRATION = ("Nucleic Acid(ng/uL)", "Nucleic Acid(ng/µL)", "Nucleic Acid Conc.", "Nucleic Acid", "ng/ul", "ng/µl",
                  "Conc.", "Concentration")  # fmt: skip
_NAME = ("Sample Name", "Sample ID", "Sample")
_PURITY, _SALT = ("A260/A280", "260/280"), ("A260/A230", "260/230")
_DATE, _TIME, _UNIT = ("Date", "Date and Time", "Date & Time"), "Time", ("Unit", "Units")
_KIND = ("Nucleic Acid Type", "Sample Type", "NA Type")
_FACTOR = ("Nucleic Acid Factor", "Factor", "Conc. Factor (ng/ul)")
_NG_PER_UL = {"": 1.0, "ng/ul": 1.0, "ng/µl": 1.0, "ug/ml": 1.0, "µg/ml": 1.0, "ug/ul": 1e3, "µg/µl": 1e3}
_USED = (*_CONCENTRATION, *_NAME, *_PURITY, *_SALT, *_DATE, *_KIND, *_FACTOR, _TIME, *_UNIT)
_KINDS = {50.0: "dsDNA", 40.0: "RNA", 33.0: "ssDNA"}  # ng/µL per absorbance unit at 1 cm


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a NanoDrop wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == NANODROP


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read concentration and absorbance ratios of every reading into ``core.nucleic_acid_qc``.

    RNA and DNA are told by the type or factor column, else by the line Application, else by the file's name. A sample
    read twice has two rows. Raises ``BadInputError`` for readings of protein (mg/mL).
    """
    table = headed_table(raw, NANODROP, _is_header, "Sample Name, Nucleic Acid(ng/uL), A260/A280", _REMEDY)
    about = {cells[0].rstrip(":").lower(): cells[1] for cells in table.above if len(cells) > 1}
    names, kinds = table.texts(*_NAME), table.texts(*_KIND)
    values, purity, salt = (table.numbers(*n) for n in (_CONCENTRATION, _PURITY, _SALT))
    units = _factors(table)
    clocks = [f"{day} {clock}" for day, clock in zip(table.texts(*_DATE), table.texts(_TIME), strict=True)]
    times = iso_times(clocks, is_day_first=table.mark == ",")  # nobody writes 2,07 and the month first
    factors = table.numbers(*_FACTOR)
    of_file = nucleic_acid(about.get("application", "")) or nucleic_acid(raw.name.rpartition("/")[2])
    rows = [
        {
            "instrument": "NanoDrop",
            "sample_name": names[i] or None,
            "nucleic_acid": nucleic_acid(kinds[i]) or _KINDS.get(factors[i] or 0.0) or of_file,
            "concentration_ng_per_ul": None if value is None else value * units[i],
            "ratio_260_280": purity[i],
            "ratio_260_230": salt[i],
            "measured_on": times[i],
        }
        for i, value in enumerate(values)
    ]
    readings = reading_frame(rows, context)
    unread = (
        *(cells[0].rstrip(":") for cells in table.above if cells[0] and cells[0] != "Application:"),
        *table.unread(*_USED),
    )
    return Parsed({TABLE: readings}, tuple(reading_problems(readings, raw)), unread)


def _factors(table: HeadedTable) -> list[float]:
    """What each concentration is multiplied with to be ng/µL."""
    found = []
    for (line, _), text in zip(table.rows, table.texts(*_UNIT), strict=True):
        unit = text.replace("μ", "µ").lower()
        if unit not in _NG_PER_UL:
            message = f"{text!r} is the unit of a protein or none at all; a nucleic acid in ng/µL was expected"
            remedy = "Leave protein readings (A280) out of nucleic_acid_qc, or measure with a nucleic acid program."
            raise bad_input(table.file, f"line {line}, column Unit", "unknown_unit", message, remedy, text)
        found.append(_NG_PER_UL[unit])
    return found


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.replace("μ", "µ").lower() for c in cells}
    return bool(titles & {n.lower() for n in _CONCENTRATION}) and bool(titles & {n.lower() for n in _PURITY})


PARSER = Parser(
    name="nanodrop",
    version="1",
    product=NANODROP,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
