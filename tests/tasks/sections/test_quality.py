from __future__ import annotations

from tests.report_study import PLATE, chapters, column, figures, frames, grids, table, words


def test_plates_are_named_with_their_file() -> None:
    plate = {"object_id": PLATE, "plate": "P1", "assay": "cell_viability", "z_prime": 0.8, "well_count": 96}
    found = chapters(frames(result__plate_quality=table("result.plate_quality", [plate])))["quality"]
    listed = grids(found)["plates-table"]
    assert column(listed, "file") == ["landing/cck8.txt"]
    assert column(listed, "Z′") == ["0.800"]


def test_a_swap_is_shouted_and_its_absence_told() -> None:
    sample = {"library": "gene", "sample_id": "S1", "donor_id": "NP1"}
    swapped = table("result.sample_identity", [sample | {"swap_hint": "looks female, donor NP1 is male"}])
    assert "S1 (gene): looks female" in words(chapters(frames(result__sample_identity=swapped))["quality"])
    fine = table("result.sample_identity", [sample])
    assert "No sample looks swapped" in words(chapters(frames(result__sample_identity=fine))["quality"])


def test_nothing_measured_gives_no_section_and_figures_come_last() -> None:
    assert "quality" not in chapters(frames())
    drawn = figures({"figure": "plates", "stem": "p", "reads": ("result.plate_quality",)})
    assert "Pictures of quality" in words(chapters(frames(result__figures=drawn))["quality"])
