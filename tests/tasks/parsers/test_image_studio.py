from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutLane
from tasks.contracts import Parsed
from tasks.parsers.image_studio import PARSER
from tests.tasks.parsers.assay_files import IMAGE_STUDIO
from tests.tasks.parsers.bench_files import context, raw_file

LANES = Layout(name="gel", lanes=(LayoutLane(lane=1, sample="C1"), LayoutLane(lane=2, sample="T1")))


def parsed(folder: Path, text: str = IMAGE_STUDIO, **about: object) -> Parsed:
    return PARSER.parse(raw_file(folder, text.encode()), context(**about))


def bands(folder: Path, text: str = IMAGE_STUDIO, **about: object) -> pl.DataFrame:
    return parsed(folder, text, **about).frames["core.blot_bands"]


def test_channels_are_targets_and_the_signal_is_the_programs_own(tmp_path: Path) -> None:
    found = parsed(tmp_path, layout=LANES, target="700:GAPDH;800:SOX9", membrane="M1")
    rows = found.frames["core.blot_bands"].select(
        "lane", "sample_name", "target", "target_role", "signal", "background"
    )
    assert rows.rows() == [
        (1, "C1", "GAPDH", "loading", 1000.0, 400.0),
        (2, "T1", "GAPDH", "loading", 2000.0, 400.0),
        (1, "C1", "SOX9", "target", 500.0, 400.0),
        (2, "T1", "SOX9", "target", 4000.0, 400.0),
    ]
    assert found.problems == ()
    assert found.unread == ("Image Name", "Conc. Std.", "Concentration")


def test_targets_in_channel_order_names_given_by_people_or_the_channel(tmp_path: Path) -> None:
    assert set(bands(tmp_path, target="GAPDH;SOX9")["target"]) == {"GAPDH", "SOX9"}
    assert set(bands(tmp_path)["target"]) == {"700", "800"}
    named = bands(tmp_path, IMAGE_STUDIO.replace("00000003", "SOX9").replace("00000004", "SOX9"))
    assert named.filter(target="SOX9")["signal"].to_list() == [500.0, 4000.0]


def test_without_lanes_the_order_counts(tmp_path: Path) -> None:
    text = "\n".join(line.rsplit("\t", 1)[0] + "\t" for line in IMAGE_STUDIO.splitlines()[1:])
    found = bands(tmp_path, IMAGE_STUDIO.splitlines()[0] + "\n" + text, target="GAPDH;SOX9")
    assert found["lane"].to_list() == [1, 2, 1, 2]


def test_text_for_a_signal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"line 3, column Signal: 'strong' is no number"):
        parsed(tmp_path, IMAGE_STUDIO.replace("\t2000\t", "\tstrong\t"))
