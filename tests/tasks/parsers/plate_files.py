"""What tests of plate-reader parsers share: allotropy's readings, workbooks from rows, broken copies."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import xlsxwriter

from schemas.base import columns, tables
from schemas.sheets import Layout, LayoutWell
from tasks.contracts import Parsed, Parser, RawFile
from tasks.methods.grids import well_at, well_name
from tests.tasks.parsers.bench_files import context, expectation, measurements

KEY = ["plate", "well", "time_h", "measure", "wavelength_nm"]
Reading = tuple[str, str, float | None, float | None]  # plate, well, wavelength, value


def plates_folder(shared: Path, product: str) -> Path:
    return shared / "data/plate_reader" / product


def allotropy(path: Path) -> Iterator[Reading]:
    """Readings of allotropy's document; its -0.0 with an error document is no reading, its mAU are OD."""
    for m in measurements(expectation(path.parent, path.stem), "plate reader document"):
        sample = m["sample document"]
        plate, well = sample["well plate identifier"], well_name(sample["location identifier"]) or ""
        control = m["device control aggregate document"]["device control document"][0]
        nm = control.get("detector wavelength setting", {}).get("value")
        if cube := m.get("absorption spectrum data cube"):
            data = cube["data"]
            yield from ((plate, well, x, y) for x, y in zip(data["dimensions"][0], data["measures"][0], strict=True))
            continue
        kind = next(k for k in ("absorbance", "luminescence", "fluorescence") if k in m)
        yield plate, well, nm, None if "error aggregate document" in m else m[kind]["value"]


def parsed(parser: Parser, raw: RawFile, *, layout: Layout | None = None, **row: object) -> Parsed:
    return parser.parse(raw, context(layout=layout, **row))


def wells(parser: Parser, raw: RawFile, *, layout: Layout | None = None, **row: object) -> pl.DataFrame:
    found = parsed(parser, raw, layout=layout, **row).frames["core.plate_wells"]
    declared = {c.name: c.dtype for c in columns(tables()["core.plate_wells"])}
    left = {"study_id", "object_id", "sample_id"}
    assert dict(found.schema) == {name: dtype for name, dtype in declared.items() if name not in left}
    assert not found.select(KEY).is_duplicated().any()
    return found


def readings(found: pl.DataFrame) -> set[Reading]:
    return set(found.select("plate", "well", "wavelength_nm", "value").iter_rows())


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


def blanks_in_first_column(rows: int = 8, columns_: int = 12) -> Layout:
    """A layout with blanks in column 1 and one sample per column elsewhere."""
    return Layout(
        name="plate",
        wells=tuple(
            LayoutWell(well=well_at(r, c), sample=f"S{c}" if c else None, role="sample" if c else "blank")
            for r in range(rows)
            for c in range(columns_)
        ),
    )


def grid(value: float | str = 0.5, rows: int = 8, columns_: int = 12, separator: str = ",") -> str:
    """A printed plate: every reading ``value`` plus a thousandth per column."""
    lines = [separator.join(["", *(str(c + 1) for c in range(columns_))])]
    for r in range(rows):
        cells = [value if isinstance(value, str) else f"{value + c / 1000:.3f}" for c in range(columns_)]
        lines.append(separator.join([well_at(r, 0)[:-2], *cells]))
    return "\n".join(lines) + "\n"
