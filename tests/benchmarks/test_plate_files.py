"""A thousand plate and qPCR files, read beside allotropy where it is installed, else beside a bare reading of cells."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from tasks.contracts import RawFile
from tasks.engine.reading import read_file
from tasks.methods.text import decode
from tasks.parsers.allotropy import installed
from tests.tasks.parsers.bench_files import context

pytestmark = pytest.mark.bench
FILES = 1000
PEER_FILES = 30  # of the same mixture; allotropy takes long
# real exports that allotropy reads too: 96 and 384 wells, one and several plates, one run of qPCR
MIXTURE = {
    "plate_reader/agilent_gen5/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt": "AGILENT_GEN5",
    "plate_reader/agilent_gen5/endpoint_wavelength_measurement_labels.txt": "AGILENT_GEN5",
    "plate_reader/bmg_mars/BMG Labtech format.CSV": "BMG_MARS",
    "plate_reader/moldev_softmax_pro/MD_SMP_absorbance_endpoint_example01.txt": "MOLDEV_SOFTMAX_PRO",
    "plate_reader/perkin_elmer_envision/PE_Envision_absorbance_A450_example.csv": "PERKIN_ELMER_ENVISION",
    "qpcr/appbio_quantstudio/appbio_quantstudio_example01.txt": "APPBIO_QUANTSTUDIO",
}


def written(shared: Path, folder: Path) -> list[tuple[Path, str]]:
    """A thousand files and the vendor of each."""
    made = []
    kinds = [(shared / "data" / name, vendor) for name, vendor in MIXTURE.items()]
    for number in range(FILES):
        source, vendor = kinds[number % len(kinds)]
        path = folder / f"{number:04}{source.suffix.lower()}"
        path.write_text(decode(source.read_bytes()), "utf-8")
        made.append((path, vendor))
    return made


def test_a_thousand_files_are_read_faster_than_the_peer_reads_them(
    shared: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    files = written(shared, tmp_path)
    read_file(RawFile.read(files[0][0]), context())  # imports and caches of both sides are not counted
    _allotropy(files[:1]) if installed() else _cells(files[:1])
    ours = _seconds(lambda: _ours(files)) / FILES
    peer, name, least = (
        (_allotropy, f"allotropy {installed()}", 5.0) if installed() else (_cells, "polars cells", 0.005)
    )
    theirs = _seconds(lambda: peer(files[:PEER_FILES])) / PEER_FILES
    ratio = theirs / ours
    record_property("plate_files_per_second", 1 / ours)
    record_property("plate_files_ratio", ratio)
    print(f"{FILES} plate and qPCR files: {1 / ours:.0f} a second, {name} {1 / theirs:.1f}: x{ratio:.2f}")  # noqa: T201  # the measurement is the output
    assert ratio >= least


def _ours(files: Sequence[tuple[Path, str]]) -> None:
    for path, _ in files:
        reading = read_file(RawFile.read(path), context())
        assert reading.status == "loaded", reading.reason


def _allotropy(files: Sequence[tuple[Path, str]]) -> None:
    from allotropy.to_allotrope import allotrope_from_io  # noqa: PLC0415 (optional)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path, vendor in files:
            assert allotrope_from_io(io.BytesIO(path.read_bytes()), path.name, vendor)


def _cells(files: Sequence[tuple[Path, str]]) -> None:
    """Split every file into its cells with polars: no reader can do with less."""
    for path, _ in files:
        lines = pl.read_csv(
            path, has_header=False, separator="\n", quote_char=None, new_columns=["line"], infer_schema=False
        )
        assert lines.select(pl.col("line").str.split("\t").list.explode()).height


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
