"""What a run says that people should look at."""

from __future__ import annotations

from tasks.engine.people import retract
from tasks.engine.publish import published
from tests.e2e.small_study import PLATES, Bench


def warnings(bench: Bench) -> str:
    return "\n".join(published("small_bench", bench.warehouse).warnings)


def test_problems_of_sheets_and_analyses_are_told_and_leave_with_what_they_are_about(bench: Bench) -> None:
    assert warnings(bench) == ""
    (bench.study / "landing" / "notes.txt").write_text("bring milk")
    bench.edit("study.yaml", "wavelength_nm: 450", "wavelength_nm: 570")
    bench.edit("samples.csv", "NP1_il1b,il1b,NP1", "NP1_il1b,il1b,")
    bench.night()
    told = warnings(bench)
    assert "samples.csv" in told
    assert all(f"plate CCK8_{time_h}h was read at 450 nm, not at 570 nm" in told for time_h in PLATES)
    assert "notes.txt" not in told
    retract(bench.folder, bench.warehouse, bench.objects, PLATES[24], "wet lid")
    bench.night()
    assert "CCK8_24h" not in warnings(bench)
    assert "CCK8_72h" in warnings(bench)
