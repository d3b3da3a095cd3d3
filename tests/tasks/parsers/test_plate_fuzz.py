"""Every plate-reader export, mutated: it is read right or refused with a reason, and nothing else happens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.methods.text import decode
from tasks.methods.workbooks import is_workbook
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import KEY, grid

PRODUCTS = ("agilent_gen5", "bmg_mars", "moldev_softmax_pro", "perkin_elmer_envision")
BOOKS = ("bmg_labtech_smart_control", "tecan_magellan", "thermo_skanit")
SYNTHETIC = {
    "grid.csv": f"Plate 1\n450 nm\n{grid()}",
    "list.csv": "well,value,time_h,sample\nA1,0.5,1,S1\nA2,0.6,1,S2\n",
    "magellan.txt": "Raw data\tWell positions\n0.1\tA1\n0.2\tA2\nMeasurement mode: Absorbance\nUnit: OD\n",
    "kaleido.csv": f"Results for ABS 1\n\nBarcode: B, PlateRepeat: 1\n{grid()}\nExported with Kaleido 2\n",
}
FEW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
MANY = settings(deadline=None, max_examples=1500, suppress_health_check=list(HealthCheck))


def exports(shared: Path, products: tuple[str, ...]) -> list[Path]:
    found = [p for product in products for p in (shared / "data/plate_reader" / product).iterdir() if p.is_file()]
    return sorted(found)


def read_or_refused(raw: RawFile) -> None:
    """Parse with every parser that could be asked; anything but rows of a sound frame or ``BadInputError`` fails."""
    about = context(assay="cell_viability", time_h=1)
    for parser in parsers().values():
        if "cell_viability" not in parser.assays or not parser.claims(raw, about):
            continue
        try:
            found = parser.parse(raw, about).frames["core.plate_wells"]
        except BadInputError as error:
            refused = error.problems
        else:
            refused = ()
            _is_sound(found)
        assert all(p.message and p.remedy and p.file == raw.name for p in refused)


def _is_sound(found: pl.DataFrame) -> None:
    assert not found.select(KEY).is_duplicated().any()
    assert found["value"].drop_nulls().is_finite().all()
    assert found.filter(pl.col("value").is_null() & pl.col("flag").is_null()).is_empty()
    assert found["time_h"].drop_nulls().ge(0).all()


LINE_EDITS: dict[str, Callable[[list[str], int, int], list[str]]] = {
    "drop": lambda lines, i, _: lines[:i] + lines[i + 1 :],
    "twice": lambda lines, i, _: [*lines[: i + 1], *lines[i:]],
    "swap": lambda lines, i, j: [*lines[:i], lines[j % len(lines)], *lines[i + 1 :]],
    "null": lambda lines, i, _: [*lines[:i], "\0" + lines[i], *lines[i + 1 :]],
    "huge": lambda lines, i, _: [*lines[:i], lines[i].replace("0.", "9e999"), *lines[i + 1 :]],
    "long number": lambda lines, i, _: [*lines[:i], lines[i].replace("1", "1" * 5000), *lines[i + 1 :]],
    "wide": lambda lines, i, _: [*lines[:i], lines[i] + "\t1" * 10_000 + ",1" * 10_000, *lines[i + 1 :]],
    "quote": lambda lines, i, _: [*lines[:i], '"' + lines[i], *lines[i + 1 :]],
    "no tabs": lambda lines, i, _: [*lines[:i], lines[i].replace("\t", " ").replace(",", " "), *lines[i + 1 :]],
    "words": lambda lines, i, _: [*lines[:i], lines[i].replace("0.", "?"), *lines[i + 1 :]],
}  # fmt: skip


def mutated(text: str, data: st.DataObject) -> bytes:
    lines = text.split("\n")
    for _ in range(data.draw(st.integers(0, 3))):
        edit = LINE_EDITS[data.draw(st.sampled_from(sorted(LINE_EDITS)))]
        lines = edit(lines, data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, 10_000)))
    content = "\n".join(lines).encode(data.draw(st.sampled_from(["utf-8", "utf-16", "latin-1"])), errors="replace")
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    for _ in range(data.draw(st.integers(0, 2)) if content else 0):
        at = data.draw(st.integers(0, len(content) - 1))
        content = content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + 1 :]
    return content


def texts(shared: Path) -> list[tuple[str, str]]:
    return [*SYNTHETIC.items(), *((p.name, decode(p.read_bytes())) for p in exports(shared, PRODUCTS))]


@FEW
@given(st.data())
def test_text_exports_survive_any_change(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name, text = data.draw(st.sampled_from(texts(shared)))
    read_or_refused(raw_file(tmp_path_factory.mktemp("raw"), mutated(text, data), name))


@pytest.mark.soak
@MANY
@given(st.data())
def test_text_exports_survive_many_changes(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name, text = data.draw(st.sampled_from(texts(shared)))
    read_or_refused(raw_file(tmp_path_factory.mktemp("raw"), mutated(text, data), name))


def rezipped(content: bytes, data: st.DataObject) -> bytes:
    """The workbook with a change inside one of its parts, so that the zip itself stays sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = data.draw(st.sampled_from(names))
        for name in names:
            part = old.read(name)
            if name == chosen:
                part = _changed(part, data)
            if part is not None:
                new.writestr(name, part)
    return target.getvalue()


def _changed(part: bytes, data: st.DataObject) -> bytes | None:
    kind = data.draw(st.sampled_from(["drop", "cut", "flip", "far cell", "numbers", "twice"]))
    at = data.draw(st.integers(0, max(0, len(part) - 1)))
    match kind:
        case "drop":
            return None
        case "cut":
            return part[:at]
        case "flip":
            return part[:at] + bytes([data.draw(st.integers(0, 255))]) + part[at + 1 :]
        case "far cell":
            return part.replace(b'r="A1"', b'r="XFD1048576"')
        case "numbers":
            return part.replace(b"<v>0.", b"<v>9e99")
        case _:
            return part + part[at:]


def raw_bytes(content: bytes, data: st.DataObject) -> bytes:
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        return content[:at]
    return content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + 1 :]


@FEW
@given(st.data())
def test_workbooks_survive_any_change(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(exports(shared, BOOKS)))
    content = path.read_bytes()
    assert is_workbook(content)
    change = data.draw(st.sampled_from([rezipped, raw_bytes]))
    read_or_refused(raw_file(tmp_path_factory.mktemp("raw"), change(content, data), path.name))


@pytest.mark.soak
@MANY
@given(st.data())
def test_workbooks_survive_many_changes(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(exports(shared, BOOKS)))
    change = data.draw(st.sampled_from([rezipped, raw_bytes]))
    read_or_refused(raw_file(tmp_path_factory.mktemp("raw"), change(path.read_bytes(), data), path.name))
