from __future__ import annotations

from pathlib import Path

import pytest

from tasks.methods.nucleic_acids import nucleic_acid, reading_frame, reading_problems
from tests.tasks.parsers.bench_files import context, raw_file

GOOD = {"instrument": "NanoDrop", "nucleic_acid": "RNA", "concentration_ng_per_ul": 200.0}


@pytest.mark.parametrize(
    ("more", "flag"),
    [
        ({"rin": 7.0, "ratio_260_280": 2.0, "ratio_260_230": 2.1}, None),
        ({"rin": 6.9}, "low_rin"),
        ({"ratio_260_280": 1.75}, "low_260_280"),
        ({"ratio_260_280": 1.75, "nucleic_acid": "dsDNA"}, None),
        ({"ratio_260_280": 2.4}, "high_260_280"),
        ({"ratio_260_230": 1.2, "ratio_260_280": 1.2}, "low_260_280;low_260_230"),
        ({"concentration_ng_per_ul": None}, "no_concentration"),
        ({"concentration_ng_per_ul": None, "role": "ladder"}, None),
        ({"flag": "Caution!"}, "Caution!"),
    ],
)
def test_numbers_out_of_their_usual_range_are_flagged(more: dict[str, object], flag: str | None) -> None:
    assert reading_frame([GOOD | more], context())["flag"].to_list() == [flag]


def test_one_line_per_flag_names_the_samples(tmp_path: Path) -> None:
    rows = [GOOD | {"sample_name": f"S{i}", "rin": 2.0} for i in range(7)]
    (problem,) = reading_problems(reading_frame(rows, context()), raw_file(tmp_path, b"1"))
    assert (problem.rule, problem.place) == ("low_rin", "sample S0, S1, S2, S3, S4, … (7)")


def test_a_single_reading_is_the_sample_of_files_csv() -> None:
    assert reading_frame([GOOD], context(sample="C1", time_h=24)).select("sample_name", "time_h").row(0) == ("C1", 24.0)
    assert (
        reading_frame([GOOD | {"sample_name": "own"}] * 2, context(sample="C1"))["sample_name"].to_list() == ["own"] * 2
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1x dsDNA High Sensitivity", "dsDNA"), ("RNA ScreenTape", "RNA"), ("ssDNA", "ssDNA"), ("Protein", None)],
)
def test_the_nucleic_acid_is_told_from_an_assays_name(text: str, kind: str | None) -> None:
    assert nucleic_acid(text) == kind
