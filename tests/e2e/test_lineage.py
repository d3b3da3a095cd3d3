"""From a star to its wells: what `benchlake lineage` says after a night, against what the files and layouts say."""

from __future__ import annotations

import csv
import hashlib
import json
from io import StringIO

import polars as pl
import pytest
from rich.console import Console

from deployments.lineage import as_json, lineage_of, print_lineage
from schemas.errors import UserError
from tasks.engine.lineage import Lineage
from tests.e2e.small_study import LAYOUT, PLATES, RUNS, Bench

STAR = ("assay=cell_viability", "time_h=72", "group_a=il1b", "group_b=il1b_exo", "role=primary")


def step(found: Lineage, table: str) -> pl.DataFrame:
    (rows,) = (s.rows for s in found.steps if s.table == table)
    return rows


def beside(found: Lineage, table: str) -> int:
    (count,) = (s.beside_count for s in found.steps if s.table == table)
    return count


def printed(found: Lineage, how: str = "table", width: int = 400) -> str:
    text = StringIO()
    print_lineage(found, "json" if how == "json" else "table", Console(file=text, width=width))
    return text.getvalue()


def test_a_star_leads_to_the_wells_that_the_layout_gives_its_two_groups(bench: Bench) -> None:
    found = lineage_of(bench.warehouse, "pairwise_tests", STAR)
    samples = {f"NP{n}_{group}" for n in (1, 2, 3) for group in ("il1b", "il1b_exo")}
    layout = list(csv.DictReader((bench.study / LAYOUT).read_text("utf-8").splitlines()))
    wells = step(found, "core.plate_wells")
    assert set(wells["well"]) == {row["well"] for row in layout if row["sample"] in samples}
    assert all(float(bench.read_plate(72, w)) == v for w, v in wells.select("well", "value").iter_rows())
    assert beside(found, "core.plate_wells") == 96 - wells.height  # blanks, empty wells, the other groups
    assert set(step(found, "result.measurements")["sample_id"]) == samples
    assert beside(found, "result.measurements") == 2 * 18 - 6  # the other groups and the other time
    assert [run.analysis for run in found.runs] == ["group_tests", "measurements", "viability"]
    assert not any(run.changed for run in found.runs)
    assert found.runs[0].versions.keys() == {"numpy", "scipy"}


def test_the_raw_file_is_named_with_hash_parser_row_of_files_csv_and_layout(bench: Bench) -> None:
    (file,) = lineage_of(bench.warehouse, "pairwise_tests", STAR).files.iter_rows(named=True)
    sha256 = hashlib.sha256((bench.study / PLATES[72]).read_bytes()).hexdigest()
    assert (file["file_name"], file["object_id"], file["status"]) == (PLATES[72], sha256, "loaded")
    assert (file["parser"], file["layout"], file["is_direct"]) == ("gen5", "cck8_plate", True)
    assert json.loads(file["files_csv"])["time_h"] == 72


@pytest.mark.parametrize(
    ("table", "key", "facts", "count", "files"),
    [
        ("viability", ("sample_id=NP1_control", "time_h=24"), "core.plate_wells", 3, [PLATES[24]]),
        ("measurements", ("assay=qpcr", "sample_id=NP1_il1b", "target=SOX9"), "core.qpcr_wells", 3, [*RUNS]),
        ("qpcr_fold_changes", ("small_bench", "bench", "NP2_il1b", "SOX9"), "core.qpcr_wells", 3, [*RUNS]),
        ("rescue", ("assay=cell_viability", "treatment=il1b_exo", "time_h=72"), "core.plate_wells", 27, [PLATES[72]]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rows_of_other_tables_lead_to_their_wells(
    bench: Bench, table: str, key: tuple[str, ...], facts: str, count: int, files: list[str]
) -> None:
    found = lineage_of(bench.warehouse, table, key)
    assert step(found, facts).height == count
    assert found.files["file_name"].to_list() == files


def test_what_changed_since_the_run_is_said(bench: Bench) -> None:
    bench.edit("study.yaml", "alpha: 0.05", "alpha: 0.01")
    found = lineage_of(bench.warehouse, "pairwise_tests", STAR)
    assert found.runs[0].changed == ("parameters",)
    assert found.runs[1].changed == ()
    assert "since then changed: parameters" in printed(found)


def test_an_excluded_well_is_marked_on_the_way_and_none_of_another_time_stands_there(bench: Bench) -> None:
    well = step(lineage_of(bench.warehouse, "pairwise_tests", STAR), "core.plate_wells")["well"][0]
    rows = "".join(f"{PLATES[time_h]},{well},,bubble\n" for time_h in PLATES)
    (bench.study / "exclusions.csv").write_text(f"file,well,sample,reason\n{rows}", "utf-8")
    bench.night()
    found = lineage_of(bench.warehouse, "pairwise_tests", STAR)
    wells = step(found, "core.plate_wells")
    assert wells.filter("is_excluded")["well"].to_list() == [well]
    assert found.files["file_name"].to_list() == [PLATES[72]]


def test_in_80_columns_no_number_and_no_hash_is_broken(bench: Bench) -> None:
    found = lineage_of(bench.warehouse, "pairwise_tests", STAR)
    text = printed(found, width=80)
    assert max(map(len, text.splitlines())) <= 80
    words = {word.rpartition("=")[2] for word in text.split()}
    numbers = [v for v in found.row.values() if isinstance(v, float)]
    for name in ("result.measurements", "result.viability", "core.plate_wells"):
        numbers += [v for column in step(found, name).select(pl.col(pl.Float64)) for v in column.drop_nulls()]
    assert len(numbers) > 60
    assert {f"{v:.6g}" for v in numbers} <= words
    assert set(found.files["object_id"]) <= words
    assert len(text.splitlines()) < 150


def test_people_read_it_and_programs_too(bench: Bench) -> None:
    found = lineage_of(bench.warehouse, "pairwise_tests", STAR)
    text = printed(found)
    for said in (
        "group_tests [viability_all",
        "core.plate_wells  18 rows with the same",
        PLATES[72],
        "gen5",
        '"alpha"',
    ):
        assert said in text
    read = json.loads(printed(found, "json"))
    assert read == json.loads(json.dumps(as_json(found), default=str))
    assert [s["table"] for s in read["steps"]][-1] == "core.plate_wells"
    assert read["runs"][0]["parameters"]["alpha"] == 0.05


@pytest.mark.parametrize(
    ("table", "words", "said"),
    [
        ("pairwise_tests", STAR[:3], "group_b=il1b_exo method=block_pooled_t role=primary"),
        ("pairwise_tests", ("grup_a=il1b",), "Did you mean group_a"),
        ("pairwise_tests", ("assay=cell_viabilty",), "It is one of: cell_viability"),
        ("pairwise_tests", ("time_h=noon",), "time_h is a number, not 'noon'"),
        ("pairwise_test", ("x",), "Did you mean result.pairwise_tests"),
        ("mart.freshness", ("x",), "is a view for people"),
        ("cerna_pairs", ("contrast_id=x",), "There are no rows at all"),
        ("viability", tuple("abcdefgh"), "the key has"),
    ],
)
def test_what_cannot_be_found_is_answered_with_what_there_is(
    bench: Bench, table: str, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        lineage_of(bench.warehouse, table, words)
