"""Files of a blot, of counted cells, particles and a tube excluded: the tests with them put back are the old ones.

A night of the simulated study's own files, without pictures and report, then one with exclusions.csv.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from schemas.base import declared
from tasks.contracts import analyses
from tasks.simulation.study import simulate
from tests.e2e.small_study import Bench
from tests.night import analysed, loaded

TESTS = ("result.group_tests", "result.pairwise_tests")
NTA = {f"landing/nta/EXO_U{n}-ExperimentSummary.csv": n for n in (1, 2, 3)}
FOURTH = "landing/nta/fourth.csv"
PARTICLES = {
    "landing/nta/EXO_U1-ExperimentSummary.csv": "NP1_control",
    "landing/nta/EXO_U2-ExperimentSummary.csv": "NP2_control",
    "landing/nta/EXO_U3-ExperimentSummary.csv": "NP1_il1b",
    FOURTH: "NP2_il1b",
}
EXCLUDED = {
    "western_blot": "landing/western/WB_NP2_Results.csv",
    "senescence": "landing/senescence/bgal_NP1.csv",
    "particle_size": FOURTH,
    "flow_cytometry": "landing/flow/AXPI_NP3_il1b.fcs",
}


def write_study(folder: Path) -> Path:
    """Control and IL-1β of the simulated study by four assays; preparations' particles as if they were of cultures."""
    files = simulate()
    config = {"study_id": "left_out", "conditions": yaml.safe_load(files["study.yaml"])["conditions"][:2]}
    cultures = pl.read_csv(files["samples.csv"], infer_schema=False)
    of_two = cultures.filter(pl.col("sample").str.contains(r"^NP\d_(control|il1b)$"))
    sheet = pl.read_csv(files["files.csv"], infer_schema=False).filter(
        pl.col("file").str.contains(r"WB_NP\d_Results|bgal|Summary_|AXPI_(NP\d_(control|il1b)|[a-z]+)\.fcs|EXO_U\d-")
    )
    fourth = sheet.filter(file=next(iter(PARTICLES))).with_columns(file=pl.lit(FOURTH), dilution=pl.lit("700"))
    sheet = pl.concat([sheet, fourth]).with_columns(
        sample=pl.col("file").replace_strict(PARTICLES, default=pl.col("sample"), return_dtype=pl.String)
    )
    written = {name: files[name] for name in sheet["file"] if name != FOURTH} | {
        "study.yaml": yaml.safe_dump(config, allow_unicode=True).encode(),
        "samples.csv": of_two.drop("material_id", "material", strict=False).write_csv().encode(),
        "files.csv": sheet.write_csv().encode(),
        FOURTH: files[next(iter(PARTICLES))] + b"\r\n",  # a file of its own: other bytes
    }
    written |= {name: data for name, data in files.items() if name.startswith("layouts/gel_NP")}
    for name, data in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def computed(bench: Bench) -> dict[str, pl.DataFrame]:
    """The tests after a night without pictures."""
    plan, _ = loaded(bench.study, bench.home)
    assert not [p for p in analysed(plan, bench.warehouse, tuple(analyses())) if p.status == "failed"]
    with bench.warehouse.open("test") as session:
        return {table: session.read(table, {"study_id": ["left_out"]}) for table in (*TESTS, "result.measurements")}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """Tests before and after the exclusion."""
    root = tmp_path_factory.mktemp("left_out")
    bench = Bench(write_study(root / "study"), root / "home")
    before = computed(bench)
    rows = "".join(f"{file},,,mixed up\n" for file in EXCLUDED.values())
    (bench.study / "exclusions.csv").write_text(f"file,well,sample,reason\n{rows}", "utf-8")
    return before, computed(bench)


@pytest.mark.parametrize("assay", EXCLUDED)
@pytest.mark.parametrize("table", TESTS)
def test_with_the_file_put_back_the_tests_are_those_of_the_night_before(
    nights: tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]], assay: str, table: str
) -> None:
    before, after = (frames[table].filter(assay=assay) for frames in nights)
    whole, back = before.filter(role="primary"), after.filter(role="including_excluded")
    key = [name for name in declared()[table].key if name != "role"]
    told = {f"file {EXCLUDED[assay]} (mixed up)"}
    assert set(back["put_back"]) == told
    given = ["role", "run_id", "put_back", "design_note"]
    kept = back.drop(given, strict=False).sort(key, nulls_last=True)
    expected = whole.join(back.select(key), on=key, how="semi", nulls_equal=True)
    assert expected["pvalue"].drop_nulls().len() > 0
    assert_frame_equal(kept, expected.drop(given, strict=False).sort(key, nulls_last=True), rel_tol=1e-9, abs_tol=1e-12)
    alone = after.filter(role="primary").join(back.select(key), on=key, how="semi", nulls_equal=True)
    assert not alone.sort(key)["pvalue"].equals(expected.sort(key)["pvalue"])


@pytest.mark.parametrize("assay", EXCLUDED)
def test_every_family_of_which_the_file_holds_a_value_is_tested_both_ways(
    nights: tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]], assay: str
) -> None:
    before, after = nights
    family = ["experiment", "measure", "target", "time_h"]
    same = [*family, "sample_id", "block_id"]
    was, now = (frames["result.measurements"].filter(assay=assay) for frames in nights)
    both = was.join(now, on=same, how="left", nulls_equal=True, suffix="_now")
    moved = both.filter(~pl.col("value").eq_missing(pl.col("value_now")) | pl.col("is_excluded_now"))
    assert moved.height
    for table in TESTS:
        tested = before[table].filter(pl.col("assay") == assay, pl.col("role") == "primary")
        expected = tested.join(moved.select(family).unique(), on=family, how="semi", nulls_equal=True)
        back = after[table].filter(assay=assay, role="including_excluded")
        assert set(back.select(family).unique().iter_rows()) == set(expected.select(family).unique().iter_rows())
