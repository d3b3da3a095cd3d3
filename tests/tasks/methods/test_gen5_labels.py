from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.gen5_labels import Reading, reading_of
from tasks.methods.gen5_sections import Read

READS = [
    Read("od", "absorbance", ["600", "260"]),
    Read("", "fluorescence", ["485/20,528/20"]),
    Read("LUM", "luminescence", ["Lum"]),
    Read("", "luminescence", ["620"]),
    Read("", "alpha", []),
    Read("OD540", "absorbance", ["540"]),
]


@pytest.mark.parametrize(
    ("label", "mode", "wavelength_nm", "unit"),
    [
        ("od:600", "absorbance", 600.0, "OD"),
        ("600", "absorbance", 600.0, "OD"),
        ("485/20,528/20", "fluorescence", 528.0, "RFU"),
        ("Read 2:485/20,528/20", "fluorescence", 528.0, "RFU"),
        ("485/20,528/20 [Parallel]", "fluorescence", 528.0, "RFU"),
        ("LUM:Lum", "luminescence", None, "RLU"),
        ("620", "luminescence", 620.0, "RLU"),
        ("Alpha", "alpha", None, "RFU"),
        ("OD540", "absorbance", 540.0, "OD"),
    ],
)
def test_readings_are_told_by_their_label(label: str, mode: str, wavelength_nm: float | None, unit: str) -> None:
    assert reading_of(label, "endpoint", READS) == Reading(mode, wavelength_nm, unit)


@pytest.mark.parametrize(
    "label",
    [
        "Blank od:600",
        "od:977 [Test]",
        "od:Pathlength",
        "Corrected [Blank od:600]",
        "Ratio 260/280",
        "[Concentration]",
        "Max V [od:600]",
        "Mean Max OD [scan:Spectrum]",
        "Blank Alpha",
        "Log Alpha",
        "Cell Count",
        "",
    ],
)
def test_what_gen5_computed_is_no_reading(label: str) -> None:
    assert reading_of(label, "endpoint", READS) is None


def test_spectra_are_told_by_their_title() -> None:
    scan = [Read("scan", "absorbance", [])]
    assert reading_of("scan:Spectrum", "spectrum", scan) == Reading("absorbance", None, "OD")
    assert reading_of("EM Spectrum", "spectrum", [Read("", "fluorescence", [])]) == Reading("fluorescence", None, "RFU")
    assert reading_of("Blank scan:Spectrum", "spectrum", scan) is None


def test_rows_without_label_belong_to_the_only_channel() -> None:
    assert reading_of("Results", "endpoint", [Read("od", "absorbance", ["450"])]) == Reading("absorbance", 450.0, "OD")
    assert reading_of("Results", "endpoint", [Read("od", "absorbance", ["450", "630"])]) is None


def test_without_a_procedure_the_label_alone_decides() -> None:
    assert reading_of("abs450:450", "endpoint", []) == Reading("absorbance", 450.0, "OD")
    assert reading_of("Blank abs450:450", "endpoint", []) is None


@given(st.text(), st.sampled_from(["endpoint", "kinetic", "spectrum"]), st.text(max_size=5))
def test_any_label_is_a_reading_or_null(label: str, kind: str, channel: str) -> None:
    found = reading_of(label, kind, [*READS, Read(label, "", [channel])])
    assert found is None or found.unit in ("OD", "RFU", "RLU")
