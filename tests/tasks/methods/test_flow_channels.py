from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.fcs import Channel, read_fcs
from tasks.methods.flow_channels import channel_named, describe, detector_of, kind_of, panel_of, shape_of, unmapped
from tests.tasks.methods.fcs_files import fcs_file

NAMES = ("FSC-A", "SSC-H", "FITC-H", "FITC-A", "PE-A", "Time")
STAINS = {"$P1S": "", "$P4S": "Annexin V FITC", "$P3S": "Annexin V FITC", "$P5S": "PI"}


def channels() -> list[dict[str, object]]:
    (item,) = read_fcs(memoryview(fcs_file(np.ones((1, 6)), NAMES, keywords=STAINS)), "tube.fcs")
    return describe(item, NAMES)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("FSC-A", "scatter"), ("SSC-W", "scatter"), ("FS Lin", "scatter"), ("SS", "scatter"), ("FSC LogH", "scatter"),
        ("FL1-H", "fluorescence"), ("B1-A", "fluorescence"), ("PE-Cy7-A", "fluorescence"), ("FSTL1", "fluorescence"),
        ("Time", "time"), ("TIME", "time"), ("HDR-T", "time"), ("Event #", "other"), ("Width", "other"),
    ],
)  # fmt: skip
def test_a_channel_is_told_by_its_name(name: str, kind: str) -> None:
    assert kind_of(Channel(1, name, "", 32, 1024, 0, 0, 1)) == kind


@pytest.mark.parametrize(
    ("name", "detector", "shape"),
    [("FITC-A", "FITC", "A"), ("FL1-Height", "FL1", "H"), ("FSC LogH", "FSC", "H"), ("FL1", "FL1", "")],
)
def test_pulses_of_one_detector_share_its_name(name: str, detector: str, shape: str) -> None:
    assert (detector_of(name), shape_of(name)) == (detector, shape)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("FITC-H", "FITC-H"), ("fitc-a", "FITC-A"), ("FITC", "FITC-A"), ("Annexin V FITC", "FITC-A"), ("PI", "PE-A"),
        ("annexin", "FITC-A"), ("FSC-A", None), ("APC", None), ("", None),
    ],
)  # fmt: skip
def test_a_stain_is_found_by_channel_marker_or_dye(said: str, found: str | None) -> None:
    hit = channel_named(said, channels())
    assert (hit["column"] if hit else None) == found


def test_a_panel_without_a_name_is_its_fluorescence_channels() -> None:
    assert panel_of(channels()) == "FITC-H+FITC-A+PE-A"


def test_what_nothing_is_read_from_is_listed() -> None:
    content = fcs_file(np.ones((1, 6)), NAMES, keywords={"$BEGINANALYSIS": "5", "$ENDANALYSIS": "9", "LASER": "488"})
    (item,) = read_fcs(memoryview(content), "tube.fcs")
    assert unmapped(item) == ["LASER", "ANALYSIS segment"]
