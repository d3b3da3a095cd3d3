from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from schemas.sheets import Layout, LayoutWell
from tasks.contracts import RawFile
from tasks.methods.grids import well_name
from tasks.parsers.gen5_image import PARSER
from tests.tasks.parsers.bench_files import context, expectation, raw_file

REAL = "data/cell_imaging_counts/agilent_gen5_image/Cell_Count_DAPI_GFP.txt"
SMALL = (
    "Software Version\t3.12.08\nExperiment File Path:\tC:\\a.xpt\nPlate Number\tPlate 1\nDate\t3/25/2020\n"
    "Time\t8:23:01 AM\nProcedure Details\nRead\tImage Montage\n\tChannel 1:  DAPI 377,447\n\nResults\n\t1\t2\n"
    "A\t120\t130\tCell Count\n\t12.5\t13.5\tObject Size\n"
)


def counts(raw: RawFile, **about: object) -> pl.DataFrame:
    return PARSER.parse(raw, context(**about)).frames["core.cell_counts"]


def test_counts_are_those_of_allotropys_published_reading(shared: Path) -> None:
    path = shared / REAL
    expected: dict[str | None, dict[str, float]] = {}
    for document in expectation(path.parent, path.stem)["plate reader document"]:
        aggregate = document["measurement aggregate document"]
        well = aggregate["measurement document"][0]["sample document"]["location identifier"]
        features = [
            f
            for p in aggregate["processed data aggregate document"]["processed data document"]
            for f in p["image feature aggregate document"]["image feature document"]
        ]
        expected[well_name(well)] = {f["image feature name"]: f["image feature result"]["value"] for f in features}
    found = counts(RawFile.read(path))
    assert found.height == len(expected) == 96
    for well, total, positive in found.select("well", "total_count", "positive_count").iter_rows():
        assert (total, positive) == (expected[well]["Cell Count"], expected[well]["Cell Count_2"])
    assert set(found["stain"]) == {"GFP"}
    assert set(found["measured_on"]) == {"2020-03-05T08:23:01"}


def test_what_else_was_measured_is_listed_and_a_missing_layout_told(shared: Path) -> None:
    parsed = PARSER.parse(RawFile.read(shared / REAL), context(assay="senescence"))
    assert set(parsed.frames["core.cell_counts"]["assay"]) == {"senescence"}
    assert {"Object Size", "Object Circularity"} <= set(parsed.unread)
    assert [p.rule for p in parsed.problems] == ["no_layout"]


def test_one_count_is_all_cells_and_wells_have_the_layouts_samples(tmp_path: Path) -> None:
    layout = Layout(name="l", wells=(LayoutWell(well="A01", sample="C1"), LayoutWell(well="A02", role="empty")))
    found = counts(raw_file(tmp_path, SMALL.encode()), layout=layout)
    rows = found.select("well", "sample_name", "total_count", "positive_count", "stain").rows()
    assert rows == [("A01", "C1", 120, None, ""), ("A02", None, 130, None, "")]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (SMALL.replace("Cell Count", "Object Area"), "", "no cell counts were found (found Object Area"),
        (SMALL.replace("130", "9" * 23), "line 12, well A02", "is no count"),
        (SMALL.replace("130", "13.5"), "line 12, well A02", "'13.5' is no count"),
        (SMALL.replace("Object Size", "Cell Count"), "line 13, well A01", "two counts of one name"),
    ],
)
def test_files_without_whole_counts_are_refused(text: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        counts(raw_file(tmp_path, text.encode()))
    assert caught.value.problems[0].place == place
    assert words in caught.value.problems[0].message


def test_a_word_for_a_missing_count_is_a_flag(tmp_path: Path) -> None:
    found = counts(raw_file(tmp_path, SMALL.replace("130", "?????").encode()))
    assert found.select("total_count", "flag").rows() == [(120, None), (None, "unreadable")]
