from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import Context, RawFile, twins
from tasks.parsers.dcc import PARSER, WORDS
from tests.tasks.parsers.count_files import circles, claimants, context, hosts, matrix, raw_file, rules

COUNT = (
    "Chr\tStart\tEnd\tS1.Chimeric.out.junction\tS2.Chimeric.out.junction\n"
    "chr1\t100\t200\t5\t0\nchr1\t100\t200\t1\t2\nchr2\t7\t90\t3\t4\n"
)
LINEAR = COUNT.replace("\t5\t0\n", "\t50\t40\n").replace("\t3\t4\n", "\t30\t0\n")
COORDINATES = (
    "Chr\tStart\tEnd\tGene\tJunctionType\tStrand\tStart-End Region\tOverallRegion\n"
    "chr1\t100\t200\tHIPK3\t1\t+\texon-exon\texon\n"
    "chr1\t100\t200\tnot_annotated\t2\t-\tintergenic-intergenic\tintergenic\n"
    "chr2\t7\t90\tA,B\t1\t+\texon-exon\texon\n"
)
FOLDER = "landing/dcc"


def beside(folder: Path, files: Mapping[str, str], *samples: str) -> tuple[RawFile, Context]:
    """The count file and a context that knows the files beside it."""
    raws = {name: raw_file(folder, content, f"{FOLDER}/{name}") for name, content in files.items()}
    references = {f"beside/{raw.name}": raw for raw in raws.values()}
    return next(iter(raws.values())), context(samples or ["S1", "S2"], references=references)


def test_counts_strand_gene_and_linear_reads_come_from_three_files(tmp_path: Path) -> None:
    raw, about = beside(tmp_path, {"CircRNACount": COUNT, "CircCoordinates": COORDINATES, "LinearCount": LINEAR})
    assert claimants(raw, about) == [PARSER]
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {
        "chr1:100|200|+": {"S1": 5, "S2": 0},
        "chr1:100|200|-": {"S1": 1, "S2": 2},
        "chr2:7|90|+": {"S1": 3, "S2": 4},
    }
    linear = parsed.frames["core.feature_counts"].select("feature_id", "sample_name", "linear_count").rows()
    assert {(f, s): n for f, s, n in linear}["chr1:100|200|+", "S2"] == 40
    assert hosts(parsed)["chr1:100|200|+"] == (None, "HIPK3")
    assert hosts(parsed)["chr1:100|200|-"] == (None, None)
    assert hosts(parsed)["chr2:7|90|+"] == (None, "A;B")
    assert parsed.problems == ()


def test_counts_alone_have_no_strand(tmp_path: Path) -> None:
    content = "".join(line for i, line in enumerate(COUNT.splitlines(keepends=True)) if i != 2)
    raw, about = beside(tmp_path, {"CircRNACount": content})
    parsed = PARSER.parse(raw, about)
    assert set(matrix(parsed)) == {"chr1:100|200|.", "chr2:7|90|."}
    assert rules(parsed) == ["no_strand"]
    assert parsed.frames["core.feature_counts"]["linear_count"].is_null().all()


def test_one_sample_is_the_one_that_the_column_names(tmp_path: Path) -> None:
    raw, about = beside(tmp_path, {"CircRNACount": "Chr\tStart\tEnd\tS1.Chimeric.out.junction\nchr1\t1\t9\t4\n"}, "S1")
    assert circles(PARSER.parse(raw, about)) == {"chr1:1|9|.": (4, None)}
    assert matrix(PARSER.parse(raw, about)) == {"chr1:1|9|.": {"S1": 4}}


@pytest.mark.parametrize("name", ["CircCoordinates", "LinearCount"])
def test_the_other_files_give_nothing_and_say_so_when_alone(tmp_path: Path, name: str) -> None:
    content = {"CircCoordinates": COORDINATES, "LinearCount": LINEAR}[name]
    raw, about = beside(tmp_path, {name: content, "CircRNACount": COUNT})
    assert claimants(raw, about) == [PARSER]
    assert PARSER.parse(raw, about).frames == {}
    assert rules(PARSER.parse(raw, about)) == []
    assert rules(PARSER.parse(raw, context())) == ["counts_missing"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"LinearCount": LINEAR.replace("chr2\t7", "chr2\t8")}, "chr2:8:90 in line 4"),
        ({"LinearCount": LINEAR + "chr9\t1\t2\t3\t4\n"}, "4 rows, not 3"),
        ({"LinearCount": LINEAR.replace("S2.", "S3.")}, "no column S2.Chimeric"),
        ({"CircCoordinates": COORDINATES.replace("chr2", "chr3")}, "chr3:7:90 in line 4"),
        ({"CircCoordinates": "Gene\tStart\n1\t2\n"}, "expected Chr, Start, End"),
    ],
)
def test_files_of_another_run_are_refused(tmp_path: Path, files: dict[str, str], words: str) -> None:
    raw, about = beside(tmp_path, {"CircRNACount": COUNT, "CircCoordinates": COORDINATES} | files)
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, about)
    assert words in error.value.problems[0].message


def test_files_of_one_output_have_the_same_name_but_for_the_word() -> None:
    assert twins("landing/LinearCount/a_CircRNACount.txt", WORDS) == {
        "CircCoordinates": "landing/LinearCount/a_CircCoordinates.txt",
        "LinearCount": "landing/LinearCount/a_LinearCount.txt",
    }
    assert twins("landing/counts.csv", WORDS) == {}
