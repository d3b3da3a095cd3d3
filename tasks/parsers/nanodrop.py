"""Thermo Fisher NanoDrop exports (One, Eight, 2000): one reading a row."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.headed_tables import headed_table
from tasks.methods.instrument_times import iso_times
from tasks.methods.nucleic_acids import ASSAY, TABLE, nucleic_acid, reading_frame, reading_problems
from tasks.methods.signatures import NANODROP, recognise

_REMEDY = "Export the readings again from the NanoDrop as csv."
_CONCENTRATION = ("Nucleic Acid(ng/uL)", "Nucleic Acid(ng/µL)", "Nucleic Acid Conc.", "Nucleic Acid", "ng/ul", "Conc.")
_NAME = ("Sample Name", "Sample ID", "Sample")
_PURITY, _SALT = ("A260/A280", "260/280"), ("A260/A230", "260/230")
_DATE, _KIND = ("Date", "Date and Time", "Date & Time"), ("Nucleic Acid Type", "Sample Type", "NA Type")
_FACTOR = ("Nucleic Acid Factor", "Factor")
_USED = (*_CONCENTRATION, *_NAME, *_PURITY, *_SALT, *_DATE, *_KIND, *_FACTOR)
_KINDS = {50.0: "dsDNA", 40.0: "RNA", 33.0: "ssDNA"}  # ng/µL per absorbance unit at 1 cm


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a NanoDrop wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == NANODROP


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read concentration and absorbance ratios of every reading into ``core.nucleic_acid_qc``.

    RNA and DNA are told by the type or factor column, else by the file's name. A sample read twice has two rows.
    """
    table = headed_table(raw, NANODROP, _is_header, "Sample Name, Nucleic Acid(ng/uL), A260/A280", _REMEDY)
    names, kinds, times = table.texts(*_NAME), table.texts(*_KIND), iso_times(table.texts(*_DATE))
    values, purity, salt = (table.numbers(*n) for n in (_CONCENTRATION, _PURITY, _SALT))
    factors = table.numbers(*_FACTOR)
    of_file = nucleic_acid(raw.name.rpartition("/")[2])
    rows = [
        {
            "instrument": "NanoDrop",
            "sample_name": names[i] or None,
            "nucleic_acid": nucleic_acid(kinds[i]) or _KINDS.get(factors[i] or 0.0) or of_file,
            "concentration_ng_per_ul": values[i],
            "ratio_260_280": purity[i],
            "ratio_260_230": salt[i],
            "measured_on": times[i],
        }
        for i in range(len(table.rows))
    ]
    readings = reading_frame(rows, context)
    return Parsed({TABLE: readings}, tuple(reading_problems(readings, raw)), table.unread(*_USED))


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.lower() for c in cells}
    return bool(titles & {n.lower() for n in _CONCENTRATION}) and bool(titles & {n.lower() for n in _PURITY})


PARSER = Parser(
    name="nanodrop",
    version="1",
    product=NANODROP,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
