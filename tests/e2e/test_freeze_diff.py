"""Results kept under a name, then a plate read again, a well excluded, a setting changed: what the comparison says."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from deployments.diff import as_read, print_diff
from schemas.errors import UserError
from tasks.engine.freezes import PLACES, freeze, standing, thaw
from tasks.engine.result_diff import Diff, difference
from tests.e2e.small_study import PLATES, RUNS, Bench, write_bench

LABEL = "submission-1"
NOISE = ("1.900", "0.150", "1.400")  # wells of one culture that no longer agree with the others
WELLS = ("C02", "C03", "C04")  # NP1_il1b
CULTURE = "NP2_il1b_exo"  # left out as a whole: it is on both plates and in the second qPCR run
PAIR = "group_a=il1b group_b=il1b_exo"


def compare(bench: Bench, label: str = LABEL) -> Diff:
    study = bench.folder.study
    return difference(
        study, thaw(study.study_id, bench.warehouse, bench.objects, label), standing(study, bench.warehouse)
    )


def printed(diff: Diff, how: str = "table", width: int = 300) -> str:
    text = StringIO()
    print_diff(diff, how, Console(file=text, width=width))  # type: ignore[arg-type]
    return text.getvalue()


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    root = tmp_path_factory.mktemp("frozen")
    bench = Bench(write_bench(root / "study"), root / "home")
    bench.night()
    freeze(bench.folder.study, bench.warehouse, bench.objects, LABEL, "figure 2")
    return bench


@pytest.fixture(scope="module")
def before(frozen: Bench) -> Diff:
    """The comparison before anything changed."""
    return compare(frozen)


@pytest.fixture(scope="module")
def after(frozen: Bench, before: Diff) -> Diff:
    """The comparison after a plate was read again, two wells of the other, one a control, a qPCR well and a whole
    culture were excluded, and alpha changed."""
    assert before.is_empty
    for well, value in zip(WELLS, NOISE, strict=True):
        frozen.write_plate(72, well, value)
    wells = f"{RUNS[0]},A04,,bubble\n{PLATES[24]},C05,,edge\n{PLATES[24]},B02,,a control\n"
    rows = f"file,well,sample,reason\n{wells},,{CULTURE},contaminated\n"
    (frozen.study / "exclusions.csv").write_text(rows, "utf-8")
    frozen.edit("study.yaml", "alpha: 0.05", "alpha: 0.04")
    frozen.night()
    return compare(frozen)


def test_right_after_nothing_is_different(before: Diff) -> None:
    assert before.row_count > 100
    assert "Nothing changed:" in printed(before)
    assert "within 1e-09" in printed(before)


def test_lost_stars_come_first_and_name_the_plate(frozen: Bench, after: Diff) -> None:
    flips = after.results.filter("is_flip")
    assert flips.height
    assert after.results["is_flip"][: flips.height].all()
    tests = flips.filter(
        (pl.col("table") == "result.pairwise_tests") & pl.col("row").str.contains("assay=cell_viability")
    )
    standing_stars = frozen.rows(
        "SELECT count(*) FROM result.pairwise_tests WHERE assay = 'cell_viability' AND stars <> 'ns' "
        "AND role <> 'including_excluded'"
    )
    assert tests.height
    assert set(tests.filter(pl.col("row").str.contains("time_h=72"))["files"]) == {PLATES[72]}
    assert set(tests.filter(~pl.col("row").str.contains("time_h=72"))["files"]) <= {PLATES[24]}
    was = thaw("small_bench", frozen.warehouse, frozen.objects, LABEL).frames["result.pairwise_tests"]
    stars_before = was.filter((pl.col("assay") == "cell_viability") & (pl.col("stars") != "ns")).height
    is_star = pl.col("column") == "stars"  # a test by another method is a row that went and one that came
    lost = tests.filter((is_star & (pl.col("is").fill_null("ns") == "ns")) | (pl.col("kind") == "removed")).height
    won = tests.filter((is_star & (pl.col("was").fill_null("ns") == "ns")) | (pl.col("kind") == "added")).height
    assert lost
    assert standing_stars == [(stars_before - lost + won,)]


def test_each_plate_is_blamed_for_its_own_time_and_no_other(after: Diff) -> None:
    assert PLATES[24] not in after.files["file"]
    bench = after.results.filter(pl.col("row").str.contains("time_h="))
    for time_h, plate in PLATES.items():
        rows = bench.filter(pl.col("row").str.contains(f"time_h={time_h}"))
        assert {"result.viability", "result.measurements", "result.pairwise_tests"} <= set(rows["table"])
        assert set(rows["files"]) == {plate}
    courses = after.results.filter((pl.col("table") == "result.time_course_tests") & (pl.col("column") == "statistic"))
    assert set(courses["files"]) == {"; ".join(PLATES.values())}
    counts = {well: rows for _, _, well, *_, rows in after.exclusions.iter_rows()}
    of_24 = bench.filter(pl.col("files") == PLATES[24])
    of_both = after.results.filter(pl.col("files").str.contains(PLATES[24], literal=True))
    assert counts["B02"] == of_both.select("table", "row").n_unique() > of_24.select("table", "row").n_unique()


def test_a_control_well_is_blamed_for_every_culture_compared_with_it(frozen: Bench, after: Diff) -> None:
    is_moved = (pl.col("table") == "result.viability") & (pl.col("column") == "percent_viability")
    of_24 = after.results.filter(is_moved & pl.col("row").str.contains("time_h=24"))
    cultures = frozen.rows("SELECT count(*) FROM result.viability WHERE time_h = 24 AND percent_viability IS NOT NULL")
    assert cultures == [(of_24.height,)]
    assert set(of_24["files"]) == {PLATES[24]}


def test_a_culture_left_out_as_a_whole_is_blamed_in_the_files_that_hold_it(after: Diff) -> None:
    own = after.results.filter(pl.col("row").str.contains(f"sample_id={CULTURE}") & (pl.col("column") == "is_excluded"))
    files = {(table, part) for table, listed in own.select("table", "files").iter_rows() for part in listed.split("; ")}
    assert {("result.viability", plate) for plate in PLATES.values()} <= files
    assert ("result.qpcr_fold_changes", RUNS[1]) in files
    of_72 = own.filter(pl.col("row").str.contains("time_h=72"))
    assert set(of_72["files"]) == {PLATES[72]}
    others = after.results.filter(
        (pl.col("table") == "result.qpcr_fold_changes") & ~pl.col("row").str.contains(f"sample_id={CULTURE} ")
    )
    assert set(others["files"]) == {RUNS[0]}
    tests = after.results.filter((pl.col("table") == "result.pairwise_tests") & pl.col("row").str.contains("ACAN"))
    assert tests.height
    assert set(tests["files"]) == {RUNS[1]}
    assert after.exclusions["sample_id"].to_list() == [None, None, None, CULTURE]
    touched = after.results.filter(pl.col("table").is_in(["result.pairwise_tests", "result.group_tests"]))
    assert after.exclusions["changed_rows"][3] > touched.select("table", "row").n_unique()


def test_no_changed_row_is_without_a_file(after: Diff) -> None:
    assert not after.results.filter(pl.col("files").is_null()).height


def test_files_exclusions_and_parameters_that_changed_are_told(after: Diff) -> None:
    files = {row["file"]: row for row in after.files.iter_rows(named=True)}
    assert files[PLATES[72]]["change"] == "replaced by other bytes"
    assert files[PLATES[72]]["changed_rows"] > 0
    assert files["exclusions.csv"]["change"] == "added"
    assert files["exclusions.csv"]["changed_rows"] is None
    assert after.exclusions.row(2)[:5] == ("excluded", RUNS[0], "A04", None, "bubble")
    is_well = pl.col("files").str.contains(RUNS[0], literal=True)
    changed = after.results.filter((pl.col("table") == "result.qpcr_fold_changes") & is_well)
    assert after.exclusions["changed_rows"][2] >= changed["row"].n_unique()
    assert changed.height
    alpha = after.parameters.filter((pl.col("analysis") == "group_tests") & (pl.col("name") == "alpha"))
    assert alpha.select("was", "is").rows() == [("0.05", "0.04")]


def test_results_kept_before_files_told_their_plates_are_compared_alike(frozen: Bench, after: Diff) -> None:
    study = frozen.folder.study
    kept = thaw(study.study_id, frozen.warehouse, frozen.objects, LABEL)
    earlier = replace(kept, frames={**kept.frames, PLACES: kept.frames[PLACES].drop("plate")})
    found = difference(study, earlier, standing(study, frozen.warehouse))
    assert found.results.equals(after.results)
    assert found.exclusions.equals(after.exclusions)


def test_people_read_it_and_programs_too(after: Diff) -> None:
    text = printed(after)
    order = ["significance changed", "other changes", "p, n and estimates", "files since", "exclusions since"]
    assert [text.index(title) for title in order] == sorted(text.index(title) for title in order)
    assert PAIR in text
    read = json.loads(printed(after, "json"))
    assert len(read["results"]) == after.results.height
    assert pl.read_csv(printed(after, "csv").encode()).height == after.results.height


def test_pairs_of_groups_and_primary_tests_are_read_first_and_checks_of_assumptions_last(after: Diff) -> None:
    ordered = as_read(after.results)
    assert ordered.sort(ordered.columns).equals(after.results.sort(ordered.columns))
    pairs = ordered.filter(table="result.pairwise_tests")
    assert ordered.head(pairs.height).equals(pairs)
    is_primary = pairs["row"].str.contains("role=primary").to_list()
    assert is_primary == sorted(is_primary, reverse=True)
    assert set(pairs["column"].head(2)) <= {"padj", "pvalue"}
    assert set(ordered["table"].tail(ordered.filter(table="result.assumption_checks").height)) == {
        "result.assumption_checks"
    }


def test_in_80_columns_no_number_is_broken(after: Diff) -> None:
    text = printed(after, width=80)
    assert max(map(len, text.splitlines())) <= 80
    first = as_read(after.results).filter(~pl.col("is_flip"), pl.col("column").is_in(["padj", "pvalue"])).head(2)
    assert first.height
    counts = [*after.files["changed_rows"].drop_nulls(), *after.exclusions["changed_rows"]]
    words = {word.rpartition("=")[2] for word in text.split()}
    assert {f"{float(v):.4g}" for column in ("was", "is") for v in first[column].drop_nulls()} <= words
    assert set(map(str, counts)) <= words
    assert {*PLATES.values(), RUNS[0]} <= set(text.replace(";", " ").split())


def test_a_name_is_given_once_and_survives_the_warehouse(frozen: Bench, after: Diff) -> None:
    study = frozen.folder.study
    with pytest.raises(UserError, match=r"already.*choose another name"):
        freeze(study, frozen.warehouse, frozen.objects, LABEL, "again")
    with pytest.raises(UserError, match=rf"There are: {LABEL}"):
        thaw(study.study_id, frozen.warehouse, frozen.objects, "revision")
    with pytest.raises(UserError, match="is no name for results"):
        freeze(study, frozen.warehouse, frozen.objects, "  ", "again")
    for path in (frozen.warehouse.path, frozen.warehouse.published):
        path.unlink()
    frozen.night()
    again = compare(frozen)
    assert again.results.equals(after.results)


def test_a_study_that_never_ran_has_nothing_to_keep(tmp_path: Path) -> None:
    bench = Bench(write_bench(tmp_path / "study"), tmp_path / "home")
    with pytest.raises(UserError, match="Nothing is published"):
        freeze(bench.folder.study, bench.warehouse, bench.objects, LABEL, "")
