"""Groups too small, values that do not vary, missing groups and times, files twice: reasons, and nothing stops."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from schemas.errors import UserError
from tasks.engine.ingest import check
from tasks.engine.outcomes import Summary
from tasks.engine.publish import published
from tasks.engine.study_files import read_folder
from tests.e2e.small_study import Bench

CONDITIONS, DONORS, TIMES = ("control", "il1b", "exo"), ("D1", "D2", "D3"), (24, 72)
# positive cells of 1000, by condition; donors and times add a little
STAINS = {
    "sound": {"control": 100, "il1b": 500, "exo": 200},
    "alone": {"control": 100, "il1b": 500, "exo": 200},  # one culture with exosomes
    "gone": {"control": 100, "il1b": 500},
    "late": {"control": 100, "il1b": 500, "exo": 200},  # no IL-1β at 72 h
    "equal": {"control": 100, "il1b": 100, "exo": 100},
    "stiff": {"control": 100, "il1b": 500, "exo": 200},  # repeats equal to the last digit
    "alike": {"control": 300, "il1b": 301, "exo": 299},  # a disease without an effect
}


def rows() -> list[str]:
    found = []
    for stain, condition, (at, donor), time in product(STAINS, CONDITIONS, enumerate(DONORS), TIMES):
        if condition not in STAINS[stain] or (stain, condition, time) == ("late", "il1b", 72):
            continue
        if (stain, condition) == ("alone", "exo") and donor != "D1":
            continue
        noise = 0 if stain in ("equal", "stiff") else (7 * at + 3 * len(condition) * at % 5 + time // 24) * (1 + at)
        found.append(f"{donor}_{condition},{stain},{time},{STAINS[stain][condition] + noise},1000")
    return found


@pytest.fixture(scope="module")
def degenerate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Summary]:
    bench = Bench(tmp_path_factory.mktemp("degenerate") / "study", tmp_path_factory.mktemp("home"))
    counted = "\n".join(["sample,stain,time_h,positive,total", *rows()]) + "\n"
    few = "sample,stain,time_h,positive,total\nD1_control,few,24,9,150\nD1_il1b,few,24,60,199\n"
    sheets = {
        "study.yaml": "study_id: degenerate\nconditions: [{id: control}, {id: il1b}, {id: exo}]\n",
        "samples.csv": "sample,condition,donor\n" + "".join(f"{d}_{c},{c},{d}\n" for c in CONDITIONS for d in DONORS),
        "files.csv": "file,assay\n"
        + "".join(f"landing/{name}.csv,senescence\n" for name in ("counted", "counted_again", "few")),
        "landing/counted.csv": counted,
        "landing/counted_again.csv": counted,
        "landing/few.csv": few,
    }
    for name, text in sheets.items():
        (bench.study / name).parent.mkdir(parents=True, exist_ok=True)
        (bench.study / name).write_text(text)
    return bench, bench.night()


def test_every_part_is_done_and_the_file_that_came_twice_counts_once(degenerate: tuple[Bench, Summary]) -> None:
    bench, summary = degenerate
    assert {p.status for p in summary.parts} <= {"done", "skipped"}, [p for p in summary.parts if p.status == "failed"]
    assert summary.published_at is not None
    assert bench.rows("SELECT count(*), max(technical_n) FROM result.measurements WHERE target = 'sound'") == [(18, 1)]
    told = "\n".join(str(p) for p in check(read_folder(bench.study)))
    assert "counted_again.csv" in told


def test_a_sample_twice_in_the_sheet_is_refused_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("study_id: twice\nconditions: [{id: control}]\n")
    (tmp_path / "samples.csv").write_text("sample,condition\nC1,control\nC1,control\n")
    with pytest.raises(UserError) as refused:
        read_folder(tmp_path)
    assert "line 3, column sample: sample 'C1' already stands on line 2" in str(refused.value.problems[0])


@pytest.mark.parametrize(
    ("stain", "reasons"),
    [
        ("sound", {None}),
        ("alone", {None, "n_below_2"}),
        ("gone", {None, "missing_group"}),
        ("late", {None, "missing_group"}),
        ("equal", {"no_variance"}),
        ("stiff", {"zero_within_group_variance"}),
        ("alike", {None}),
        ("few", {"n_below_2", "missing_group"}),
    ],
)
def test_pairs_have_a_p_value_and_a_star_or_a_reason(
    degenerate: tuple[Bench, Summary], stain: str, reasons: set[str | None]
) -> None:
    found = degenerate[0].rows(
        "SELECT na_reason, padj, stars FROM result.pairwise_tests WHERE target = ? AND role = 'primary'", stain
    )
    assert {row[0] for row in found} == reasons
    for reason, padj, stars in found:
        assert (padj is None) is (stars is None) is (reason is not None)


def test_time_courses_name_what_is_missing(degenerate: tuple[Bench, Summary]) -> None:
    found = dict(
        degenerate[0].rows(
            "SELECT target, any_value(coalesce(na_reason, method)) FROM result.time_course_tests "
            "WHERE role = 'primary' AND effect = 'condition' GROUP BY target"
        )
    )
    assert found == {
        "sound": "two_way_repeated",
        "alike": "two_way_repeated",
        "gone": "two_way_repeated",
        "alone": "mixed",
        "late": "missing_cell: D1 in il1b at 72 h, D2 in il1b at 72 h, D3 in il1b at 72 h",
        "equal": "no_variance",
        "stiff": "zero_within_group_variance",
    }


def test_rescue_is_null_with_its_reason_where_it_cannot_be_stated(degenerate: tuple[Bench, Summary]) -> None:
    found = degenerate[0].rows("SELECT DISTINCT target, na_reason, rescue IS NULL FROM result.rescue WHERE time_h = 24")
    assert set(found) == {
        ("sound", None, False),
        ("late", None, False),
        ("alone", "n_below_2", True),
        ("gone", "missing_group", True),
        ("few", "missing_group", True),
        ("equal", "no_variance", True),
        ("stiff", "zero_within_group_variance", True),
        ("alike", "no_disease_effect", True),
    }


def test_people_are_told_of_few_cells_and_of_what_was_not_analysed(degenerate: tuple[Bench, Summary]) -> None:
    told = "\n".join(published("degenerate", degenerate[0].warehouse).warnings)
    assert "D1_control, D1_il1b" in told
    assert "fewer than 200 counted cells (150 the fewest)" in told
    assert "the time course of percent_positive late was not analysed as a whole" in told
