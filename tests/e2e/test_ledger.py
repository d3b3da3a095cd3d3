"""Decisions of people and twins of files, through whole nights."""

from __future__ import annotations

import csv

import duckdb
import polars as pl
import pytest

from schemas.errors import UserError
from tasks.engine.people import exclude, reactivate, retract
from tests.e2e.small_study import LAYOUT, PLATES, RUNS, Bench, assert_same, contents, write_bench

PLATE = PLATES[24]
TESTED = (
    "SELECT assay, target, time_h, group_a, group_b, scale, method, n_a, n_b, mean_difference, ci_low, pvalue, padj "
    "FROM result.pairwise_tests WHERE role = '{role}' {also} ORDER BY ALL"
)


def assert_same_results(found: list[tuple[object, ...]], expected: list[tuple[object, ...]]) -> None:
    """Rows of tests but for the last bit: plates are read in another order."""
    assert found
    assert [row[:9] for row in found] == [row[:9] for row in expected]
    assert [row[9:] for row in found] == [pytest.approx(row[9:], rel=1e-9) for row in expected]


def wells_of(bench: Bench, name: str) -> int:
    """Wells that the tables hold of a file, whatever its version."""
    return int(
        str(
            bench.rows(
                "SELECT count(*) FROM core.plate_wells WHERE object_id IN "
                "(SELECT object_id FROM core.raw_objects WHERE file_name = ?)",
                name,
            )[0][0]
        )
    )


def test_a_retracted_file_leaves_the_tables_for_good_and_its_bytes_stay(bench: Bench) -> None:
    ((object_id,),) = bench.rows("SELECT object_id FROM core.raw_objects WHERE file_name = ?", PLATE)
    assert retract(bench.folder, bench.warehouse, bench.objects, "240305_CCK8_24h.txt", "wet lid") == PLATE
    assert not bench.night().is_unchanged
    assert bench.status(PLATE) == [("retracted", 0)]
    assert wells_of(bench, PLATE) == 0
    assert bench.objects.verify(str(object_id))
    assert bench.rows("SELECT DISTINCT time_h FROM result.viability") == [(72.0,)]
    assert bench.rows("SELECT act, file_name, reason FROM ops.audit") == [("retract", PLATE, "wet lid")]
    assert bench.night().is_unchanged
    (bench.study / PLATE).touch()
    bench.edit("study.yaml", "alpha: 0.05", "alpha: 0.01")
    bench.night()
    assert bench.status(PLATE) == [("retracted", 0)]
    bench.write_plate(24, "C03", "1.234")
    bench.night()
    assert bench.status(PLATE) == [("retracted", 0), ("loaded", 96)]


def test_a_run_says_what_a_retraction_took_away_and_reactivation_brings_it_back(bench: Bench) -> None:
    before = contents(bench.warehouse.published)
    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet lid")
    summary = bench.night()
    (gone,) = summary.withdrawn
    assert (gone.file_name, gone.reason, gone.rows) == (PLATE, "retracted: wet lid", 96)
    assert summary.unchanged_count == len(bench.folder.landing) - 1
    ended = [p for p in summary.parts if p.status == "ended"]
    assert {p.analysis for p in ended} == {
        "viability",
        "plate_quality",
        "time_courses",
        "figure plate_maps",
        "figure time_courses",
    }
    assert all("its rows are gone" in str(p.reason) for p in ended)
    with duckdb.connect(str(bench.warehouse.published), read_only=True) as snapshot:
        held = snapshot.execute("SELECT file_name, message FROM mart.quarantine WHERE status = 'retracted'").fetchall()
    assert held == [(PLATE, "retracted: wet lid")]
    again = bench.night()
    assert (again.is_unchanged, again.unchanged_count) == (True, len(bench.folder.landing) - 1)
    assert again.withdrawn == ()
    with pytest.raises(UserError, match="no retracted file of this name"):
        reactivate(bench.folder, bench.warehouse, bench.objects, PLATES[72], "a mistake")
    assert reactivate(bench.folder, bench.warehouse, bench.objects, "240305_CCK8_24h.txt", "it was dry") == PLATE
    assert [f.file_name for f in bench.night().files] == [PLATE]
    assert_same(contents(bench.warehouse.published), before, but=("ops.analysis_runs", "ops.audit", "ops.publications"))
    assert bench.night().is_unchanged
    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet after all")
    (bench.study / PLATE).unlink()
    with pytest.raises(UserError, match="Put it back"):
        reactivate(bench.folder, bench.warehouse, bench.objects, PLATE, "it was dry")


def test_a_lost_warehouse_is_rebuilt_from_objects_and_study_folder(bench: Bench) -> None:
    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet lid")
    exclude(bench.folder, bench.warehouse, bench.objects, PLATES[72], "C03", "bubble")
    bench.night()
    before, published = contents(bench.warehouse.path), contents(bench.warehouse.published)
    bench.warehouse.path.unlink()
    assert not bench.night().is_unchanged
    assert_same(contents(bench.warehouse.path), before, but=("ops.analysis_runs",))
    assert_same(contents(bench.warehouse.published), published, but=("ops.analysis_runs",))
    assert before["ops.audit"].height == 2
    assert bench.night().is_unchanged


def test_an_excluded_well_recomputes_only_its_descendants(bench: Bench) -> None:
    attempts, wells = bench.attempts(), contents(bench.warehouse.path)["core.plate_wells"]
    sample = "SELECT technical_n FROM result.measurements WHERE sample_id = 'NP1_il1b' AND time_h = 24"
    assert bench.rows(sample) == [(3,)]
    whole = bench.rows(TESTED.format(role="primary", also="AND assay = 'cell_viability' AND time_h = 24"))
    exclude(bench.folder, bench.warehouse, bench.objects, "240305_CCK8_24h.txt", "C03", "bubble")
    summary = bench.night()
    assert summary.files == ()
    assert bench.rows(sample) == [(2,)]
    ((object_id,),) = bench.rows("SELECT object_id FROM core.raw_objects WHERE file_name = ?", PLATE)
    assert {(analysis, part) for _, analysis, part, _ in bench.attempts() - attempts} == {
        ("viability", f"CCK8_24h of {str(object_id)[:12]}"),
        ("plate_quality", f"CCK8_24h of {str(object_id)[:12]}"),
        ("measurements", "cell_viability, viability, bench"),
        ("readmitted_measurements", "cell_viability, viability"),
        *(
            (analysis, "viability_all, cell_viability, bench")
            for analysis in ("group_tests", "time_courses", "rescue", "figure group_values", "figure time_courses")
        ),
        ("figure plate_maps", f"{PLATE}, CCK8_24h, absorbance, 450 nm, 24 h"),
    }
    assert contents(bench.warehouse.path)["core.plate_wells"].equals(wells)
    written = list(csv.DictReader((bench.study / "exclusions.csv").read_text().splitlines()))
    assert written == [{"file": PLATE, "well": "C03", "sample": "", "reason": "bubble"}]
    back = "SELECT DISTINCT technical_n, put_back FROM result.readmitted_measurements"
    assert bench.rows(back) == [(3, f"well C03 of {PLATE} (bubble)")]
    assert_same_results(bench.rows(TESTED.format(role="including_excluded", also="")), whole)
    exclude(bench.folder, bench.warehouse, bench.objects, PLATE, "C04", "bubble too")
    bench.night()
    assert bench.rows(sample) == [(1,)]
    assert bench.rows(back) == [(3, f"well C03 of {PLATE} (bubble); well C04 of {PLATE} (bubble too)")]
    (bench.study / "exclusions.csv").unlink()
    bench.night()
    assert bench.rows(sample) == [(3,)]


@pytest.mark.parametrize(("file", "well"), [(PLATE, "Z99"), (PLATE, "H13"), ("landing/absent.txt", None)])
def test_what_is_not_there_cannot_be_excluded(bench: Bench, file: str, well: str | None) -> None:
    with pytest.raises(UserError, match="Give the"):
        exclude(bench.folder, bench.warehouse, bench.objects, file, well, "bubble")
    assert not (bench.study / "exclusions.csv").exists()
    assert bench.night().is_unchanged


def test_an_exclusion_keeps_the_form_of_the_sheet_that_is_there(bench: Bench) -> None:
    sheet = bench.study / "exclusions.csv"
    sheet.write_text(f"Reason;well;file\nbubble, big;C03;{PLATE}", "utf-8")
    exclude(bench.folder, bench.warehouse, bench.objects, PLATE, "c4", "hair; long")
    assert sheet.read_text("utf-8").splitlines()[1:] == [f"bubble, big;C03;{PLATE}", f'"hair; long";C04;{PLATE}']
    bench.night()
    assert bench.rows("SELECT well, reason FROM core.exclusions ORDER BY well") == [
        ("C03", "bubble, big"),
        ("C04", "hair; long"),
    ]
    for unfit in (f"file,reason\n{PLATE},bubble\n".encode(), sheet.read_text("utf-8").encode("utf-16")):
        sheet.write_bytes(unfit)
        with pytest.raises(UserError, match=r"exclusions.csv: save it as CSV UTF-8"):
            exclude(bench.folder, bench.warehouse, bench.objects, PLATE, "C05", "bubble")
        assert sheet.read_bytes() == unfit


def test_the_same_well_excluded_twice_counts_once(bench: Bench) -> None:
    for well in ("C03", "c3"):
        exclude(bench.folder, bench.warehouse, bench.objects, PLATE, well, "bubble")
    bench.night()
    assert bench.rows("SELECT file_name, well, reason FROM core.exclusions") == [(PLATE, "C03", "bubble")]


def test_an_excluded_sample_keeps_its_values_and_leaves_the_tests(bench: Bench) -> None:
    count = "SELECT DISTINCT n FROM result.group_summaries WHERE condition = 'il1b' AND assay = 'cell_viability'"
    kept = "SELECT count(*), count(value), bool_and(is_excluded) FROM result.measurements WHERE sample_id = 'NP2_il1b'"
    assert bench.rows(count) == [(3,)]
    ((rows, values, _),) = bench.rows(kept)
    whole = bench.rows(TESTED.format(role="primary", also=""))
    assert bench.rows("SELECT count(*) FROM result.readmitted_measurements") == [(0,)]
    (bench.study / "exclusions.csv").write_text("file,well,sample,reason\n,,NP2_il1b,contaminated\n")
    bench.night()
    assert bench.rows(count) == [(2,)]
    assert bench.rows(kept) == [(rows, values, True)]
    assert int(str(rows)) > 2
    back = bench.rows(TESTED.format(role="including_excluded", also=""))
    assert_same_results(back, whole)
    assert back != bench.rows(TESTED.format(role="primary", also=""))
    notes = bench.rows("SELECT DISTINCT put_back FROM result.pairwise_tests WHERE role = 'including_excluded'")
    assert notes == [("culture NP2_il1b (contaminated)",)]
    n = count.replace("DISTINCT n", "DISTINCT n, n_including_excluded")
    assert bench.rows(n) == [(2, 3)]


def test_two_files_of_one_reading_block_their_assay_until_one_is_retracted(bench: Bench) -> None:
    twin = "landing/cck8/again.txt"
    text = (bench.study / PLATE).read_bytes().replace(b"3.12.08", b"3.12.09")
    (bench.study / twin).write_bytes(text)
    bench.edit("files.csv", PLATE, f"{twin},cell_viability,cck8_plate,24,CCK8_24h,\n{PLATE}")
    attempts = bench.attempts()
    summary = bench.night()
    blocked = {(p.analysis, p.part): p.reason or "" for p in summary.parts if p.status == "skipped"}
    assert {analysis for analysis, _ in blocked} == {"viability", "group_tests"}
    reasons = [reason for (analysis, _), reason in blocked.items() if analysis == "viability"]
    assert len(reasons) == 3
    assert all(PLATE in reason and twin in reason and "benchlake retract" in reason for reason in reasons)
    assert bench.rows("SELECT DISTINCT assay FROM result.measurements") == [("qpcr",)]
    assert not {a for _, a, part, status in bench.attempts() - attempts if "qpcr" in str(part) and status == "done"}
    assert bench.night().is_unchanged

    retract(bench.folder, bench.warehouse, bench.objects, twin, "exported twice")
    bench.night()
    assert bench.rows("SELECT DISTINCT assay FROM result.measurements ORDER BY 1") == [("cell_viability",), ("qpcr",)]
    assert bench.rows("SELECT DISTINCT n FROM result.group_summaries WHERE time_h = 24") == [(3,)]


def test_a_quarantined_file_is_read_again_when_it_or_its_row_is_mended(bench: Bench) -> None:
    good = (bench.study / PLATE).read_bytes()
    (bench.study / PLATE).write_bytes(good[: good.index(b"Results")])
    (held,) = [f for f in bench.night().files if f.status == "quarantined"]
    assert held.file_name == PLATE
    assert PLATE in (held.reason or "")
    assert wells_of(bench, PLATE) == 0
    (bench.study / PLATE).write_bytes(good)
    assert [(f.file_name, f.status) for f in bench.night().files] == [(PLATE, "loaded")]
    bench.edit("files.csv", f"{PLATE},cell_viability", f"{PLATE},qpcr")
    assert [(f.file_name, f.status) for f in bench.night().files] == [(PLATE, "quarantined")]
    assert wells_of(bench, PLATE) == 0
    bench.edit("files.csv", f"{PLATE},qpcr", f"{PLATE},cell_viability")
    assert [(f.file_name, f.status) for f in bench.night().files] == [(PLATE, "loaded")]
    assert wells_of(bench, PLATE) == 96


def test_a_layout_that_is_broken_holds_only_its_own_files_back(bench: Bench) -> None:
    good = (bench.study / LAYOUT).read_bytes()
    (bench.study / LAYOUT).write_bytes(good + good.splitlines(keepends=True)[-1])
    summary = bench.night()
    assert sorted((f.file_name, f.status) for f in summary.files if f.file_name in PLATES.values()) == [
        (name, "quarantined") for name in sorted(PLATES.values())
    ]
    assert bench.status(RUNS[0]) == [("loaded", 85)]  # 84 wells and their run
    (bench.study / LAYOUT).write_bytes(good)
    bench.night()
    assert bench.status(PLATE) == [("loaded", 96)]


class TestTheSameBytesUnderTwoNames:
    twin = "landing/cck8/240305_CCK8_24h copy.txt"

    @pytest.fixture
    def twins(self, bench: Bench) -> Bench:
        """The copy sorts first, but the original was read before: the copy takes the reading over."""
        (bench.study / self.twin).write_bytes((bench.study / PLATE).read_bytes())
        bench.edit("files.csv", PLATE, f"{self.twin},cell_viability,cck8_plate,24,CCK8_24h,\n{PLATE}")
        bench.night()
        return bench

    def statuses(self, bench: Bench) -> list[tuple[str, list[tuple[object, ...]]]]:
        return [(name, bench.status(name)) for name in (self.twin, PLATE)]

    def test_they_are_read_once_and_the_other_is_named(self, twins: Bench) -> None:
        assert self.statuses(twins) == [(self.twin, [("loaded", 96)]), (PLATE, [("ignored", 0)])]
        assert wells_of(twins, PLATE) == 96
        ((reason,),) = twins.rows("SELECT reason FROM core.raw_objects WHERE file_name = ?", PLATE)
        assert self.twin in str(reason)

    def test_a_retracted_copy_leaves_the_reading_to_the_original(self, twins: Bench) -> None:
        retract(twins.folder, twins.warehouse, twins.objects, self.twin, "a copy")
        twins.night()
        assert self.statuses(twins) == [(self.twin, [("retracted", 0)]), (PLATE, [("loaded", 96)])]
        assert wells_of(twins, PLATE) == 96
        assert twins.night().is_unchanged

    def test_retracting_the_one_that_is_not_read_takes_no_row(self, twins: Bench) -> None:
        retract(twins.folder, twins.warehouse, twins.objects, PLATE, "another name")
        assert wells_of(twins, PLATE) == 96
        twins.night()
        assert self.statuses(twins) == [(self.twin, [("loaded", 96)]), (PLATE, [("retracted", 0)])]
        assert wells_of(twins, PLATE) == 96

    @pytest.mark.parametrize("gone", [twin, PLATE])
    def test_one_that_is_gone_changes_nothing(self, twins: Bench, gone: str) -> None:
        before = contents(twins.warehouse.path)
        (twins.study / gone).unlink()
        twins.night()
        after = contents(twins.warehouse.path)
        assert_same(after, before, but=("ops.publications", "ops.validation_results"))

    def test_one_that_gets_other_bytes_leaves_the_reading_to_the_other(self, twins: Bench) -> None:
        (twins.study / self.twin).write_bytes((twins.study / PLATES[72]).read_bytes() + b"\r\n")
        twins.edit("files.csv", f"{self.twin},cell_viability,cck8_plate,24,CCK8_24h", f"{self.twin},,,,")
        twins.night()
        assert sorted(twins.status(self.twin)) == [("loaded", 96), ("superseded", 0)]
        assert twins.status(PLATE) == [("loaded", 96)]

    def test_a_renamed_file_that_gets_other_bytes_leaves_the_rows_of_its_old_name(self, bench: Bench) -> None:
        (bench.study / PLATE).rename(bench.study / self.twin)
        bench.edit("files.csv", PLATE, self.twin)
        bench.night()
        assert self.statuses(bench) == [(self.twin, [("ignored", 0)]), (PLATE, [("loaded", 96)])]
        (bench.study / self.twin).write_bytes((bench.study / self.twin).read_bytes().replace(b"3.12.08", b"3.12.09"))
        bench.night()
        assert sorted(bench.status(self.twin)) == [("loaded", 96), ("superseded", 0)]
        assert bench.status(PLATE) == [("loaded", 96)]
        assert wells_of(bench, PLATE) == 96

    def test_given_to_two_samples_neither_is_read(self, bench: Bench) -> None:
        (bench.study / self.twin).write_bytes((bench.study / PLATE).read_bytes())
        sheet = bench.study / "files.csv"
        rows = pl.read_csv(sheet, infer_schema=False).with_columns(sample=pl.lit(None, pl.String))
        rows = pl.concat([rows, rows.filter(file=PLATE).with_columns(file=pl.lit(self.twin))]).with_columns(
            sample=pl.col("file").replace_strict({PLATE: "NP1_control", self.twin: "NP2_control"}, default=None)
        )
        rows.write_csv(sheet)
        bench.night()
        assert self.statuses(bench) == [(self.twin, [("quarantined", 0)]), (PLATE, [("quarantined", 0)])]
        assert wells_of(bench, PLATE) == 0


def test_two_studies_with_the_same_samples_and_files_stay_apart(bench: Bench) -> None:
    first = contents(bench.warehouse.path, "small_bench")
    other = Bench(write_bench(bench.study.with_name("other"), "other_bench"), bench.home)
    assert not other.night().is_unchanged
    shared = "SELECT count(*), count(DISTINCT object_id) FROM core.raw_objects WHERE file_name LIKE 'landing/%'"
    assert bench.rows(shared) == [(10, 5)]
    assert_same(contents(bench.warehouse.path, "small_bench"), first)
    assert_same(contents(bench.warehouse.published, "small_bench"), first)
    assert bench.night().is_unchanged
    second = contents(bench.warehouse.path, "other_bench")
    same = {name: frame.drop("study_id") for name, frame in second.items() if name.startswith("core.plate_wells")}
    assert_same(same, {name: first[name].drop("study_id") for name in same})

    retract(bench.folder, bench.warehouse, bench.objects, PLATE, "wet lid")
    exclude(bench.folder, bench.warehouse, bench.objects, PLATES[72], "C03", "bubble")
    assert_same(contents(bench.warehouse.path, "other_bench"), second)
    assert other.night().is_unchanged
    bench.night()
    assert_same(contents(bench.warehouse.path, "other_bench"), second)
    assert_same(contents(bench.warehouse.published, "other_bench"), second)
    changed = contents(bench.warehouse.published, "small_bench")
    assert changed["core.plate_wells"].height == 96
    exclude(other.folder, other.warehouse, other.objects, RUNS[0], None, "wrong plate")
    other.night()
    assert_same(contents(bench.warehouse.published, "small_bench"), changed)
    assert bench.night().is_unchanged
