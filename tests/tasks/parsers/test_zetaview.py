from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import Parsed
from tasks.parsers.zetaview import PARSER
from tests.tasks.parsers.assay_files import ZETAVIEW
from tests.tasks.parsers.bench_files import context, raw_file


def parsed(folder: Path, text: str = ZETAVIEW, **row: object) -> Parsed:
    return PARSER.parse(raw_file(folder, text.encode("latin-1")), context(**row))


def test_the_linear_distribution_is_multiplied_by_the_headers_dilution(tmp_path: Path) -> None:
    found = parsed(tmp_path)
    assert found.problems == ()
    (row,) = found.frames["core.particle_summaries"].to_dicts()
    assert row["sample_name"] == "EXO1"
    assert row["mean_nm"] == pytest.approx(7.5 * 1 + 10.5 * 6 + 13.5 * 2.5 + 16.5 * 0.5)
    assert row["mode_nm"] == 105
    assert (row["dilution"], row["dilution_source"]) == (1000.0, "file")
    assert row["printed_concentration_per_ml"] == pytest.approx(1e6)
    assert row["total_concentration_per_ml"] == pytest.approx(1e9)
    assert (row["track_count"], row["measured_on"], row["flag"]) == (1204, "2024-03-05T10:11:12", None)
    assert found.frames["core.particle_sizes"]["size_nm"].to_list() == [75, 105, 135, 165]
    assert {"temperature", "Number", "second size distribution (logarithmic bins)"} <= set(found.unread)


def test_without_a_dilution_the_concentration_waits(tmp_path: Path) -> None:
    bare = ZETAVIEW.replace("Dilution::\t1000", "Dilution::\t")
    assert [p.rule for p in parsed(tmp_path, bare).problems] == ["dilution_missing"]
    (row,) = parsed(tmp_path, bare, attributes={"dilution": "50"}).frames["core.particle_summaries"].to_dicts()
    assert (row["total_concentration_per_ml"], row["dilution_source"]) == (pytest.approx(5e7), "files.csv")


@pytest.mark.parametrize("text", ["1:1000", "abc", "0", "-5", "0.001"])
def test_a_dilution_that_cannot_be_read_is_not_called_missing(text: str, tmp_path: Path) -> None:
    found = parsed(
        tmp_path, ZETAVIEW.replace("Dilution::\t1000", "Dilution::\t"), attributes={"dilution": text}, line=3
    )
    (problem,) = found.problems
    assert problem.place == "files.csv, line 3, column dilution"
    (row,) = found.frames["core.particle_summaries"].to_dicts()
    assert (row["total_concentration_per_ml"], row["dilution"], row["mean_nm"] > 0) == (None, None, True)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (ZETAVIEW.partition("Size Distribution")[0], "line 9", "stops after its header"),
        (ZETAVIEW.partition("Concentration / cm-3")[0], "line 12", "no column Concentration / cm-3"),
        (ZETAVIEW.partition("6.000E+5")[0].rstrip(), "line 14", "ends in the middle of a row"),
        (ZETAVIEW.replace("6.000E+5", "x"), "line 14", "were expected"),
        (ZETAVIEW.replace("1.350E+2", "1.000E+2"), "line 15", "sizes must increase"),
        (ZETAVIEW.partition("7.500E+1")[0], "line 13", "were expected"),
    ],
)
def test_files_without_a_whole_distribution_are_refused(text: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(tmp_path, text)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message


def test_older_exports_are_told_by_their_table(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, ZETAVIEW.replace("ZetaView", "Analyser").encode("latin-1"))
    assert PARSER.claims(raw, context())
    assert not PARSER.claims(raw, context(assay="qpcr"))


def test_traces_are_counted_and_failed_checks_are_flags(tmp_path: Path) -> None:
    text = ZETAVIEW.replace("Number of Traced Particles:\t1204", "Number of Traces:\t77\r\nCell Check Result:\tGood")
    for said, flag in (("Very Good", None), ("too high", "particle drift check result: too high")):
        drifted = text.replace("Cell Check", f"Particle Drift Check Result:\t{said}\r\nCell Check")
        (row,) = parsed(tmp_path, drifted).frames["core.particle_summaries"].to_dicts()
        assert (row["track_count"], row["flag"]) == (77, flag)
