from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from schemas.sheets import FileRow
from tasks.methods.asm_documents import count_rows, plate_texts, technique, unread_paths
from tests.tasks.parsers.shared_files import expected, files, kind_of, parsed


def asm(shared: Path, name: str) -> dict[str, object]:
    document = expected(shared / "data" / name)
    assert document is not None
    return document


def test_documents_of_plates_are_what_our_own_readers_read(shared: Path) -> None:
    compared = 0
    for path in files(shared):
        if kind_of(path, shared) != "plate_reader" or (document := expected(path)) is None:
            continue
        texts, words = plate_texts(document, None)
        wells = parsed(path, shared)[1].frames["core.plate_wells"]
        found = Counter((t.well, None if t.text.lower() in words else float(t.text), t.unit) for t in texts)
        assert found == Counter(wells.select("well", "value", "unit").iter_rows()), path
        assert technique(document) == "plate reader"
        compared += 1
    assert compared == 16


def test_errors_keep_their_word_and_its_meaning(shared: Path) -> None:
    name = "plate_reader/agilent_gen5/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"
    texts, words = plate_texts(asm(shared, name), FileRow(file="x", plate="P1", time_h=24))
    assert words == {"ovrflw": "overflow", "missed": "missed"}
    first = texts[0]
    assert (first.plate, first.plate_is_explicit, first.well, first.time_h) == ("P1", True, "A01", 24)
    assert (first.mode, first.unit, first.wavelength_nm, first.sample_name) == ("absorbance", "OD", 450, None)


def test_kinetics_have_hours_and_spectra_wavelengths(shared: Path) -> None:
    growth, _ = plate_texts(asm(shared, "plate_reader/agilent_gen5/kinetic_helper_gene_growth_curve.txt"), None)
    assert growth[0].time_h == pytest.approx(22 / 3600)
    assert (growth[1].time_h or 0) - (growth[0].time_h or 0) == pytest.approx(4 / 60)
    spectrum, _ = plate_texts(asm(shared, "plate_reader/moldev_softmax_pro/partial_plate.txt"), None)
    assert len({t.wavelength_nm for t in spectrum}) > 10


def test_cells_are_counted_per_ml(shared: Path) -> None:
    name = "cell_imaging_counts/chemometec_nucleoview/chemometec_nucleoview_example01.csv"
    (row,) = count_rows(asm(shared, name))
    assert row["concentration_per_ml"] == pytest.approx(3.58e6)
    assert row["percent_viable"] == 68.2
    assert (row["sample_name"], row["dilution"]) == ("cellsABCD", 1)


def test_what_no_table_holds_is_listed(shared: Path) -> None:
    unread = unread_paths(asm(shared, "plate_reader/agilent_gen5/endpoint_wavelength_measurement_labels.txt"))
    assert {"device system document: model number", "compartment temperature"} <= set(unread)
    assert not {"absorbance", "detector wavelength setting"} & set(unread)
    assert technique({}) == ""
