from __future__ import annotations

import polars as pl

from tasks.methods.report_blocks import Heading, Picture
from tests.report_study import chapters, column, figures, frames, grids, table, words


def test_every_assay_has_pairs_groups_and_readings() -> None:
    found = grids(chapters(frames())["bench"])
    assert {"pairs-qpcr-all", "groups-qpcr-all", "tests-qpcr-all", "beside-qpcr-all"} <= found.keys()
    assert {"wells-qpcr-main-ACAN", "wells-cell_viability-main-72"} <= found.keys()
    assert found["tests-qpcr-all"].folded
    assert column(found["pairs-qpcr-all"], "a") == ["Control", "Control", "IL-1β"]
    assert set(column(found["groups-qpcr-all"], "n")) == {"3"}


def test_from_a_star_to_its_wells_is_one_click() -> None:
    found = grids(chapters(frames())["bench"])
    pairs = found["pairs-cell_viability-all"]
    for heading in ("stars", "readings"):
        place = pairs.columns.index(heading)
        late = [row[place] for row in pairs.rows if row[pairs.columns.index("time (h)")].text == "72"]
        assert {cell.href for cell in late} == {"#wells-cell_viability-main-72"}
    assert {cell.text for cell in late} == {"readings"}


def test_primary_tests_and_those_beside_are_apart() -> None:
    found = grids(chapters(frames())["bench"])
    assert set(column(found["pairs-qpcr-all"], "test")) == {"block-pooled t"}
    beside = set(column(found["beside-qpcr-all"], "test"))
    assert "pooled t" in beside
    assert "block-pooled t" not in beside


def test_a_measured_assay_that_nobody_compared_says_so() -> None:
    given = frames()
    given["result.pairwise_tests"] = given["result.pairwise_tests"].filter(pl.col("assay") != "qpcr")
    chapter = chapters(given)["bench"]
    titles = [b.text for b in chapter.blocks if isinstance(b, Heading)]
    assert "qPCR" in titles
    assert any("No groups of this assay were compared" in str(b) for b in chapter.blocks)
    assert "wells-qpcr-main-ACAN" in grids(chapter)


def test_rescue_and_time_courses_are_shown_where_they_are_computed() -> None:
    about = {"comparison_id": "all", "experiment": "main", "assay": "cell_viability", "measure": "viability"}
    rescue = about | {"treatment": "exo", "disease": "il1b", "control": "control", "rescue": 0.6}
    rescue |= {"put_back": "well B7 (bubble)", "rescue_including_excluded": 0.5, "time_h": 72.0}
    course = about | {"effect": "condition:time", "pvalue_gg": 1e-9, "statistic": 110.7}
    given = frames(
        result__rescue=table("result.rescue", [rescue]),
        result__time_course_tests=table("result.time_course_tests", [course]),
    )
    found = grids(chapters(given)["bench"])
    said = "put back (well B7 (bubble)) IL-1β + exosomes undid 50 % instead of 60 %."
    assert said in words(chapters(given)["bench"])
    assert column(found["rescue-cell_viability"], "treatment") == ["IL-1β + exosomes"]
    assert column(found["time_course_tests-cell_viability"], "pvalue gg") == ["< 0.001"]


def test_figures_stand_with_their_assay() -> None:
    rows = [{"figure": "bars", "stem": s, "run_id": s} for s in ("of-qpcr", "of-nothing")]
    drawn = figures(*rows, parameters={"of-qpcr": {"assay": "qpcr"}, "of-nothing": {}})
    blocks = chapters(frames(result__figures=drawn))["bench"].blocks
    place = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.text == "qPCR")
    assert isinstance(blocks[place + 1], Picture)
    assert blocks[place + 1] == Picture("of-qpcr", "", "", "")
    assert isinstance(blocks[-2], Heading)
    assert blocks[-2].text == "Further figures"


def test_figures_of_an_assay_without_groups_stand_under_its_name() -> None:
    drawn = figures({"figure": "pictures", "stem": "p", "reads": ("core.images",)})
    blocks = chapters(frames(result__figures=drawn))["bench"].blocks
    assert blocks[-2:] == (Heading("Pictures", "image"), Picture("p", "", "", ""))


def test_quality_of_rna_that_nobody_compares_is_told_elsewhere() -> None:
    given = frames()
    rna = given["result.measurements"].filter(assay="qpcr").with_columns(assay=pl.lit("nucleic_acid_qc"))
    given["result.measurements"] = pl.concat([given["result.measurements"], rna])
    titles = [b.text for b in chapters(given)["bench"].blocks if isinstance(b, Heading)]
    assert "Amount and quality of nucleic acids" not in titles


def test_what_is_left_out_is_told_with_p_with_and_without_it() -> None:
    given = frames()
    pairs = given["result.pairwise_tests"]
    late = pairs.filter((pl.col("role") == "primary") & (pl.col("time_h") == 72))
    put_back = {"role": pl.lit("including_excluded"), "put_back": pl.lit("well B7 of plate1.csv (bubble)")}
    given["result.pairwise_tests"] = pl.concat([pairs, late.with_columns(padj=pl.lit(0.4), **put_back)])
    chapter = chapters(given)["bench"]
    said = words(chapter)
    assert said.count("Left out of viability at 72 h: well B7 of plate1.csv (bubble). With it p = 0.400 instead") == 1
    found = grids(chapter)
    assert set(column(found["put-back-cell_viability-all"], "p adjusted")) == {"0.400"}
    assert found["put-back-cell_viability-all"].folded
    assert "put-back-qpcr-all" not in found
    assert "0.400" not in column(found["beside-cell_viability-all"], "p adjusted")


def test_stars_at_a_time_that_does_not_decide_are_exploratory() -> None:
    found = grids(chapters(frames())["bench"])
    pairs = found["pairs-cell_viability-all"]
    said = set(zip(column(pairs, "time (h)"), column(pairs, "time is"), strict=True))
    assert said == {("24", "exploratory"), ("72", "confirmatory")}
    assert "time is" not in found["pairs-qpcr-all"].columns
