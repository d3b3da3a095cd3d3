"""Wells and samples that people leave out, through whole nights."""

from __future__ import annotations

import csv

import pytest

from schemas.errors import UserError
from tasks.engine.people import exclude
from tests.e2e.small_study import PLATES, Bench, contents

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
def test_what_is_not_there_cannot_be_excluded(undrawn: Bench, file: str, well: str | None) -> None:
    with pytest.raises(UserError, match="Give the"):
        exclude(undrawn.folder, undrawn.warehouse, undrawn.objects, file, well, "bubble")
    assert not (undrawn.study / "exclusions.csv").exists()
    assert undrawn.night().is_unchanged


def test_an_exclusion_keeps_the_form_of_the_sheet_that_is_there(undrawn: Bench) -> None:
    sheet = undrawn.study / "exclusions.csv"
    sheet.write_text(f"Reason;well;file\nbubble, big;C03;{PLATE}", "utf-8")
    exclude(undrawn.folder, undrawn.warehouse, undrawn.objects, PLATE, "c4", "hair; long")
    assert sheet.read_text("utf-8").splitlines()[1:] == [f"bubble, big;C03;{PLATE}", f'"hair; long";C04;{PLATE}']
    undrawn.night()
    assert undrawn.rows("SELECT well, reason FROM core.exclusions ORDER BY well") == [
        ("C03", "bubble, big"),
        ("C04", "hair; long"),
    ]
    for unfit in (f"file,reason\n{PLATE},bubble\n".encode(), sheet.read_text("utf-8").encode("utf-16")):
        sheet.write_bytes(unfit)
        with pytest.raises(UserError, match=r"exclusions.csv: save it as CSV UTF-8"):
            exclude(undrawn.folder, undrawn.warehouse, undrawn.objects, PLATE, "C05", "bubble")
        assert sheet.read_bytes() == unfit


def test_the_same_well_excluded_twice_counts_once(undrawn: Bench) -> None:
    for well in ("C03", "c3"):
        exclude(undrawn.folder, undrawn.warehouse, undrawn.objects, PLATE, well, "bubble")
    undrawn.night()
    assert undrawn.rows("SELECT file_name, well, reason FROM core.exclusions") == [(PLATE, "C03", "bubble")]


def test_an_excluded_sample_keeps_its_values_and_leaves_the_tests(undrawn: Bench) -> None:
    count = "SELECT DISTINCT n FROM result.group_summaries WHERE condition = 'il1b' AND assay = 'cell_viability'"
    kept = "SELECT count(*), count(value), bool_and(is_excluded) FROM result.measurements WHERE sample_id = 'NP2_il1b'"
    assert undrawn.rows(count) == [(3,)]
    ((rows, values, _),) = undrawn.rows(kept)
    whole = undrawn.rows(TESTED.format(role="primary", also=""))
    assert undrawn.rows("SELECT count(*) FROM result.readmitted_measurements") == [(0,)]
    (undrawn.study / "exclusions.csv").write_text("file,well,sample,reason\n,,NP2_il1b,contaminated\n")
    undrawn.night()
    assert undrawn.rows(count) == [(2,)]
    assert undrawn.rows(kept) == [(rows, values, True)]
    assert int(str(rows)) > 2
    back = undrawn.rows(TESTED.format(role="including_excluded", also=""))
    assert_same_results(back, whole)
    assert back != undrawn.rows(TESTED.format(role="primary", also=""))
    notes = undrawn.rows("SELECT DISTINCT put_back FROM result.pairwise_tests WHERE role = 'including_excluded'")
    assert notes == [("culture NP2_il1b (contaminated)",)]
    n = count.replace("DISTINCT n", "DISTINCT n, n_including_excluded")
    assert undrawn.rows(n) == [(2, 3)]
