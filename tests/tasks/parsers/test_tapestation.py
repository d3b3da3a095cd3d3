from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.tapestation import PARSER
from tests.tasks.parsers.bench_files import context, expectation, measurements, raw_file

REAL = "data/nucleic_acid_qc/agilent_tapestation_analysis/agilent_tapestation_analysis_example_01.xml"


def test_concentration_and_rin_are_those_of_allotropys_published_reading(shared: Path) -> None:
    path = shared / REAL
    document = expectation(path.parent, path.stem)
    computed: dict[str, dict[str, float]] = {}
    for c in document["calculated data aggregate document"]["calculated data document"]:
        source = c["data source aggregate document"]["data source document"][0]["data source identifier"]
        computed.setdefault(source, {})[c["calculated data name"]] = c["calculated result"]["value"]
    parsed = PARSER.parse(RawFile.read(path), context())
    rows = parsed.frames["core.nucleic_acid_qc"].to_dicts()
    expected = measurements(document, "electrophoresis document")
    assert len(rows) == len(expected) == 4
    for row, m in zip(rows, expected, strict=True):
        values = computed[m["measurement identifier"]]
        assert row["well"] == m["sample document"]["location identifier"]
        assert row["concentration_ng_per_ul"] == values["Concentration"]
        assert row["rin"] == values.get("RINe")
        assert row["ratio_28s_18s"] == values.get("Ratio28S18SArea")
        assert row["measured_on"] == m["measurement time"][:19]
    assert [r["role"] for r in rows] == ["ladder", "sample", "sample", "sample"]
    assert {r["nucleic_acid"] for r in rows} == {"RNA"}
    assert {"Peaks", "Regions"} <= set(parsed.unread)


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("<File>", "<!DOCTYPE File [<!ENTITY x 'y'>]><File>", "unsafe_xml", "refused for safety"),
        ("</Samples>", "", "damaged_xml", "no intact XML"),
        ("<Concentration>363<", "<Concentration>much<", "not_a_number", "'much' is no number"),
        ("ng/µl", "IU", "unknown_unit", "'iu' is no mass per volume"),
        ("Samples>", "Lanes>", "no_samples", "no element Samples/Sample"),
    ],
)
def test_unsafe_and_broken_files_are_refused(
    old: str, new: str, rule: str, words: str, shared: Path, tmp_path: Path
) -> None:
    text = (shared / REAL).read_text("utf-8").replace(old, new)
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, text.encode()), context())
    (problem,) = caught.value.problems
    assert problem.rule == rule
    assert words in problem.message


def test_degraded_rna_is_flagged_and_told(shared: Path, tmp_path: Path) -> None:
    text = (shared / REAL).read_text("utf-8").replace("<RINe>8.6<", "<RINe>3.1<")
    parsed = PARSER.parse(raw_file(tmp_path, text.encode()), context())
    assert parsed.frames["core.nucleic_acid_qc"]["flag"].to_list() == [None, "low_rin", None, None]
    assert [p.rule for p in parsed.problems] == ["low_rin"]
