from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from schemas.bench_options import Condition
from schemas.errors import BadInputError
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import RawFile
from tasks.parsers.picture import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="c")]), samples=(SampleRow(sample="C1", condition="c"),)
)


def tiff() -> bytes:
    out = io.BytesIO()
    Image.new("L", (40, 30), 9).save(out, "TIFF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "width", "height", "channels"),
    [("gel-example.png", 601, 974, 3), ("aggregate_data_example.png", 1800, 1200, 4)],
)
def test_real_pictures_are_catalogued(name: str, width: int, height: int, channels: int, shared: Path) -> None:
    raw = RawFile.read(shared / "data/western" / name)
    assert PARSER.claims(raw, context())
    (row,) = (
        PARSER.parse(raw, context(assay="western_blot", membrane="M1", target="SOX9")).frames["core.images"].to_dicts()
    )
    assert (row["width_px"], row["height_px"], row["channel_count"], row["format"]) == (width, height, channels, "PNG")
    assert (row["assay"], row["membrane"], row["stain"], row["sample_name"]) == ("western_blot", "M1", "SOX9", None)
    with Image.open(io.BytesIO(row["thumbnail"])) as small:
        assert max(small.size) == 256


@pytest.mark.parametrize(
    ("name", "declared", "sample"), [("C1.tif", None, "C1"), ("overview.tif", None, None), ("x.tif", "EXO1", "EXO1")]
)
def test_the_sample_is_files_csvs_or_the_name_of_a_known_culture(
    name: str, declared: str | None, sample: str | None, tmp_path: Path
) -> None:
    about = context(study=STUDY, sample=declared) if declared else context(study=STUDY)
    (row,) = PARSER.parse(raw_file(tmp_path, tiff(), name), about).frames["core.images"].to_dicts()
    assert (row["sample_name"], row["assay"]) == (sample, "image")


def test_other_assays_and_cut_pictures_are_refused(tmp_path: Path) -> None:
    assert not PARSER.claims(raw_file(tmp_path, tiff()), context(assay="qpcr"))
    assert not PARSER.claims(raw_file(tmp_path, b"Name,Value\n"), context())
    with pytest.raises(BadInputError, match="damaged"):
        PARSER.parse(raw_file(tmp_path, tiff()[:60]), context())
