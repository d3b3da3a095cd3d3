"""Every real qPCR file has exactly one reader, whole rows, and survives damage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.base import tables
from schemas.polars_schema import conform
from tasks.contracts import Parser, RawFile, parsers
from tasks.engine.reading import read_file
from tasks.methods.lines import split_lines
from tasks.methods.text import decode
from tests.tasks.parsers import test_cfx, test_cq_table, test_lightcycler, test_rdml
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages

PARSER_OF = {
    "abi_sds21": "sds",
    "appbio_quantstudio": "quantstudio",
    "appbio_quantstudio_designandanalysis": "design_and_analysis",
    "auto_qpcr": "quantstudio",
    "cfxmaestro": "cfx",
    "quantstudio_12k": "quantstudio",
    "htqpcr/CFX_sample.txt": "cfx",
    "htqpcr/sample1.txt": "sds",
    "readqpcr": "cq_table",
}
WRITTEN = {
    "cfx.csv": test_cfx.TEXT.encode(),
    "cfx grid.csv": test_cfx.GRID.encode(),
    "lightcycler.txt": test_lightcycler.TEXT.encode(),
    "lightcycler raw.txt": test_lightcycler.RAW.encode(),
    "plain.rdml": test_rdml.TEXT.encode(),
    "zipped.rdml": test_rdml.zipped(test_rdml.TEXT.encode()),
    "table.csv": test_cq_table.TEXT.encode(),
}
REAL = (
    "abi_sds21/ExperimentWithNTC.txt",
    "appbio_quantstudio/appbio_quantstudio_example05.txt",
    "auto_qpcr/RELATIVE_example.csv",
    "cfxmaestro/example01.csv",
    "readqpcr/qPCR.techReps.txt",
    "appbio_quantstudio_designandanalysis/appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx",
)
Damages = list[tuple[Callable[[bytes, int, int], bytes], int, int]]
MAPPED = re.compile(
    r"well(?: position)?|omit|sample(?: name)?|target(?: name)?|detector|task|content|reporter|fluor|c[tq]|quantity"
    r"|plateid|instrument|snp assay name|allele[12] ct|starting quantity.*"
    r"|(?:automatic |auto )?(?:ct )?(?:threshold|baseline)(?: type| start| end| stop)?"
)
KEYS = ["plate", "well", "target", "reading"]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def readers() -> list[Parser]:
    return [p for p in parsers().values() if "qpcr" in p.assays]


def test_every_file_has_exactly_one_reader_that_loads_it(shared: Path) -> None:
    folder = shared / "data" / "qpcr"
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and "expected" not in p.parts]
    assert len(files) == 21
    for path in files:
        name = path.relative_to(folder).as_posix()
        raw, own = RawFile.read(path, name), PARSER_OF.get(name) or PARSER_OF[path.parent.name]
        for about in (context(), context(assay="qpcr")):
            assert [p.name for p in parsers().values() if p.claims(raw, about)] == [own], name
        reading = read_file(raw, context(assay="qpcr"))
        assert reading.status == "loaded", name
        wells = reading.frames["core.qpcr_wells"]
        assert not wells.select(KEYS).is_duplicated().any(), name
        plates = reading.frames["core.qpcr_runs"]["plate"]
        assert set(plates) == set(wells["plate"]), name
        for curves in reading.derived.values():
            assert set(curves["plate"]) <= set(plates), name
            assert set(curves["well"]) & set(wells["well"]), name


def test_no_other_file_is_taken_for_qpcr(shared: Path) -> None:
    others = [p for p in sorted((shared / "data").rglob("*")) if p.is_file() and "/qpcr/" not in p.as_posix()]
    results = sorted((shared / "data" / "qpcr").rglob("expected/*"))
    taken = {
        path.name: parser.name
        for path in (*others, *results)
        for raw in [RawFile.read(path, path.relative_to(shared).as_posix())]
        for parser in readers()
        if parser.claims(raw, context())
    }
    assert len(others) > 200
    assert taken == {}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("auto_qpcr/RELATIVE_example.csv", {"endogenous control": "ACTB, GAPDH", "reference sample": "AiW002-2-D0"}),
        (
            "appbio_quantstudio/appbio_quantstudio_example08.xlsx",
            {"analysis type": "Multiplex", "endogenous control": "18S", "block type": "Fast 96-Well Block (0.1mL)"},
        ),
        ("quantstudio_12k/QuantStudio_File2.txt", {"analysis type": "Singleplex", "chemistry": "TAQMAN"}),
        ("abi_sds21/Experiment1.txt", {"calibrator": "Sample1", "multiplicity": "Non-Multiplex"}),
    ],
)
def test_lines_above_and_below_the_results_are_kept(name: str, lines: dict[str, str], shared: Path) -> None:
    raw = RawFile.read(shared / "data" / "qpcr" / name, name)
    header = json.loads(read_file(raw, context(assay="qpcr")).frames["core.qpcr_runs"]["header"][0])
    assert {key: header[key] for key in lines} == lines


def test_columns_that_no_table_holds_are_listed(shared: Path) -> None:
    folder = shared / "data" / "qpcr"
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".txt", ".csv") and "expected" not in p.parts):
        raw = RawFile.read(path, path.name)
        (parser,) = [p for p in parsers().values() if p.claims(raw, context())]
        left = " ".join(parser.parse(raw, context()).unread).casefold()
        lines = [c for c in split_lines(decode(raw.content)) if {"well", "ct"} <= {*map(fold, c)} or "Fluor" in c]
        titles = [c for c in lines[0] if c.strip() and not c.isupper()] if lines else []  # upper case: a flag
        assert titles or path.name in ("sample1.txt", "qPCR.techReps.txt") or "SNP" in decode(raw.content), path.name
        lost = {fold(c) for c in titles if fold(c) not in left and not MAPPED.fullmatch(fold(c))}
        assert not lost, path.name


def fold(cell: str) -> str:
    return cell.strip().strip('"').casefold()


def content_of(name: str, shared: Path) -> bytes:
    return WRITTEN[name] if name in WRITTEN else (shared / "data" / "qpcr" / name).read_bytes()


def survives(folder: Path, content: bytes, name: str, assay: str | None) -> None:
    reading = read_file(raw_file(folder, content, Path(name).name), context(assay=assay) if assay else context())
    assert not reading.is_bug, reading.reason
    assert reading.status in {"loaded", "quarantined", "ignored"}
    assert reading.status == "loaded" or all(p.message and p.remedy for p in reading.problems)
    for table, frame in reading.frames.items():
        whole = conform(frame, tables()[table], {"study_id": "s", "object_id": reading.object_id})
        assert not whole.select(tables()[table].key).is_duplicated().any()


@pytest.mark.parametrize("name", [*REAL, *WRITTEN])
@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(found=damages(), is_declared=st.booleans())
def test_a_damaged_file_is_never_a_bug(
    name: str,
    found: Damages,
    is_declared: bool,  # noqa: FBT001
    shared: Path,
    tmp_path: Path,
) -> None:
    survives(tmp_path, damaged(content_of(name, shared), found), name, "qpcr" if is_declared else None)


@pytest.mark.soak
@pytest.mark.parametrize("name", [*REAL, *WRITTEN])
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(found=damages(6))
def test_a_much_damaged_file_is_never_a_bug(name: str, found: Damages, shared: Path, tmp_path: Path) -> None:
    survives(tmp_path, damaged(content_of(name, shared), found), name, "qpcr")
