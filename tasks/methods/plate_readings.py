"""From readings as a plate reader prints them to rows of ``core.plate_wells``: how every product's parser ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from schemas.errors import Problem, Severity, bad_input
from schemas.sheets import FileRow
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.layouts import apply_layout
from tasks.methods.numbers import DecimalMark, decimal_mark, read_numbers
from tasks.methods.plate_checks import check_plates
from tasks.methods.text import decode
from tasks.methods.workbooks import is_workbook

ASSAY = "cell_viability"
TABLE = "core.plate_wells"
OPTIONS = ("viability.wavelength_nm",)  # of study.yaml: the reads at which blanks are judged
KEY = ("plate", "well", "time_h", "measure", "wavelength_nm")
_WELL = r"^(?:[A-Z]|A[A-F])(?:0[1-9]|[1-3][0-9]|4[0-8])$"  # of the largest plate, 32 x 48
_MODES = (
    (re.compile(r"absorb|^abs\b|photometr|^od\d*\b|optical density", re.IGNORECASE), "absorbance", "OD"),
    (re.compile(r"time.?resolved|\btrf\b|htrf|lance|delfia", re.IGNORECASE), "time-resolved fluorescence", "RFU"),
    (re.compile(r"luminescence|^lum\b|\bus lum|\brlu\b|\bbret\b", re.IGNORECASE), "luminescence", "RLU"),
    (re.compile(r"alpha", re.IGNORECASE), "alpha", "RFU"),
    (re.compile(r"fluor|^flu\b|\bfi\b|\brfu\b|\bfret\b", re.IGNORECASE), "fluorescence", "RFU"),
)


class WellText(NamedTuple):
    """One reading as printed, and what the file says about it."""

    plate: str
    plate_is_explicit: bool
    well: str  # A01
    time_h: float | None  # a NaN marks an unreadable one
    mode: str
    label: str  # tells reads of one mode and wavelength apart
    wavelength_nm: float | None  # likewise
    sample_name: str | None
    role: str | None
    text: str
    unit: str
    place: str


_SCHEMA: dict[str, pl.DataType] = {
    "plate": pl.String(),
    "plate_is_explicit": pl.Boolean(),
    "well": pl.String(),
    "time_h": pl.Float64(),
    "mode": pl.String(),
    "label": pl.String(),
    "wavelength_nm": pl.Float64(),
    "sample_name": pl.String(),
    "role": pl.String(),
    "text": pl.String(),
    "unit": pl.String(),
    "place": pl.String(),
}


def mode_of(text: str) -> tuple[str, str] | None:
    """Detection mode and its unit (OD, RFU, RLU) that a product's word for it means; null for none known."""
    return next(((mode, unit) for pattern, mode, unit in _MODES if pattern.search(text.strip())), None)


def plate_wells(
    readings: Sequence[WellText],
    raw: RawFile,
    context: Context,
    *,
    remedy: str,
    unread: Iterable[str] = (),
    problems: Iterable[Problem] = (),
    words: Mapping[str, str] | None = None,
    is_grouped: bool = False,
) -> Parsed:
    """Give the rows of ``core.plate_wells`` of a file, with its layout applied and its plates checked.

    Overflow and missed wells keep their row with a null value and a flag; wells without any text
    were not read and have no row. ``words`` are the product's own words for a missing number, in lower
    case, and the flag that each means. ``is_grouped`` says that thousands may be grouped. Wells get sample
    and role from the study's layout, else from the readings.

    Raises ``BadInputError``, with ``remedy``, for text that is no number, a place outside a plate of
    1536 wells, two readings of one well, and for a file without a single reading.
    """
    frame = pl.DataFrame(readings, schema=_SCHEMA, orient="row")
    wells = _valued(frame, raw.name, remedy, words or {}, is_grouped=is_grouped)
    if wells.is_empty():
        raise bad_input(raw.name, "", "no_readings", "no reading of any well was found in the file", remedy)
    _refuse_duplicates(wells, raw.name, remedy)
    rows = wells.select(
        "plate",
        "plate_is_explicit",
        pl.lit(context.assay or ASSAY).alias("assay"),
        "well",
        "time_h",
        "measure",
        "wavelength_nm",
        "sample_name",
        "role",
        pl.lit(None, pl.String).alias("blank_for"),
        "value",
        "unit",
        "flag",
    )
    found = [*problems, *_no_line_end(readings, raw)]
    if context.layout:
        rows, mismatches = apply_layout(rows, context.layout, file=raw.name)
        found += mismatches
    elif context.row and rows["role"].is_null().all():
        found.append(_no_layout(context.row, raw.name))
    rows, alarms = check_plates(rows, file=raw.name, wavelength_nm=context.study.config.viability.wavelength_nm)
    return Parsed({TABLE: rows}, (*found, *alarms), tuple(dict.fromkeys(unread)))


def _valued(frame: pl.DataFrame, file: str, remedy: str, words: Mapping[str, str], *, is_grouped: bool) -> pl.DataFrame:
    """Read the texts as numbers; wells that were not read have no row. Raises for text that is none."""
    mark = decimal_mark(frame["text"].to_list(), is_grouped=is_grouped)
    texts = frame["text"] if is_grouped else _one_mark(frame["text"], mark)
    named = pl.col("text").str.strip_chars().str.to_lowercase().replace_strict(words, default=None) if words else None
    found = frame.hstack(read_numbers(texts.to_list(), mark))
    if named is not None:
        found = found.with_columns(
            pl.when(pl.col("flag") == "unreadable").then(pl.coalesce(named, "flag")).otherwise("flag").alias("flag")
        )
    found = found.filter(pl.col("flag").ne_missing("empty"))
    _refuse_unreadable(found, file, remedy)
    is_shared = pl.col("label").n_unique().over("plate", "mode", "wavelength_nm") > 1
    return found.with_columns(is_shared.alias("is_shared")).with_columns(
        pl.when(pl.col("is_shared").any().over("plate", "label"))
        .then(pl.col("label"))
        .otherwise(pl.col("mode"))
        .alias("measure")
    )


def _one_mark(texts: pl.Series, mark: DecimalMark) -> pl.Series:
    """Readings of a program that never groups thousands, all with the same decimal mark.

    A file edited by hand may have both: a lone ``0,02`` among points is 0.02.
    """
    foreign = "," if mark == "." else r"\."
    return texts.str.replace(rf"^(\s*\*?\s*[+-]?\d*){foreign}(\d+(?:[eE][+-]?\d+)?\s*\*?\s*)$", rf"${{1}}{mark}${{2}}")


def _refuse_unreadable(found: pl.DataFrame, file: str, remedy: str) -> None:
    """Raise for the first reading that is no number, or whose well, time or wavelength is none."""
    is_axis_bad = (
        ~pl.col("time_h").fill_null(0).is_between(0, float("inf"), closed="left")
        | ~pl.col("wavelength_nm").fill_null(1).is_between(0, float("inf"), closed="none")
    ).fill_null(value=True)
    bad = found.filter(
        (pl.col("flag") == "unreadable") | is_axis_bad | ~pl.col("well").str.contains(_WELL).fill_null(value=False)
    )
    if bad.is_empty():
        return
    first = bad.row(0, named=True)
    place = f"{first['place']}, well {first['well']}"
    if first["flag"] == "unreadable":
        what = f"{_shown(first['text'])!r} is no reading; a number, OVRFLW, MISSED or ????? was expected"
        raise bad_input(file, place, "not_a_number", what, remedy, _shown(first["text"]))
    if not re.match(_WELL, first["well"]):
        what = "there is no such well on any plate of up to 1536 wells (A1 to AF48)"
        raise bad_input(file, place, "no_such_well", what, remedy, _shown(first["well"]))
    what = "the row does not begin with a time or wavelength; a number, OVRFLW, MISSED or ????? was expected"
    raise bad_input(file, place, "not_a_number", what, remedy, _shown(first["text"]))


def _refuse_duplicates(wells: pl.DataFrame, file: str, remedy: str) -> None:
    twice = wells.filter(wells.select(KEY).is_duplicated())
    if twice.is_empty():
        return
    first = twice.row(0, named=True)
    places = twice.filter(pl.col("well") == first["well"])["place"].unique(maintain_order=True).to_list()[:2]
    raise bad_input(
        file,
        f"{' and '.join(places)}, well {first['well']}",
        "duplicate_reading",
        f"plate {_shown(first['plate'])!r} has two readings of {_shown(first['label'])!r} for the same well and time",
        f"Give plates and read steps different names, or export one read per file. {remedy}",
    )


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004


def _no_line_end(readings: Sequence[WellText], raw: RawFile) -> tuple[Problem, ...]:
    """Warn where a text file ends right behind a reading: programs end every line, a cut may fall inside a number."""
    if is_workbook(raw.head) or raw.content.rstrip(b"\0").endswith((b"\n", b"\r")):
        return ()
    place = f"line {decode(raw.content).count(chr(10)) + 1}"
    if readings[-1].place != place:
        return ()
    return (
        Problem(
            Severity.WARNING,
            raw.name,
            f"{place}, well {readings[-1].well}",
            _shown(readings[-1].text),
            "no_line_end",
            "the file ends without a line end right behind the last reading, so that it may be cut off",
            "Compare the last reading with the reader's screen; export again if it differs.",
        ),
    )


def _no_layout(row: FileRow, file: str) -> Problem:
    return Problem(
        Severity.LOCAL,
        file,
        "",
        "",
        "no_layout",
        f"neither the file nor files.csv (line {row.line}) says which sample is in which well, so nothing is computed",
        "Write layouts/NAME.csv (well,sample,role) and its NAME in the column layout of files.csv.",
    )
