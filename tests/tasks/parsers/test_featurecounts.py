from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.featurecounts import PARSER
from tests.tasks.parsers.count_files import AIRWAY, context, declared, features, matrix, raw_file

HEADER = "Geneid\tChr\tStart\tEnd\tStrand\tLength"
COMMAND = (
    '# Program:featureCounts v2.0.3; Command:"featureCounts" "--extraAttributes" "gene_name,gene_biotype" "-a" "x"\n'
)
FILES = "data/sequencing/featurecounts"


def test_a_real_table_gives_counts_of_the_study_samples(shared: Path) -> None:
    raw = RawFile.read(shared / FILES / "airway_subset_featureCounts.txt")
    assert PARSER.claims(raw, context(AIRWAY))
    parsed = PARSER.parse(raw, context(AIRWAY))
    frame = parsed.frames["core.feature_counts"]
    assigned = [frame.filter(sample_name=sample)["count"].sum() for sample in AIRWAY[:4]]
    summary = (shared / FILES / "airway_subset_featureCounts.txt.summary").read_text().splitlines()[1].split("\t")[1:]
    assert assigned == [float(n) for n in summary]
    assert frame["effective_length"].null_count() == frame.height
    assert parsed.problems == ()
    assert parsed.unread == ("Chr", "Start", "End", "Strand", "Length")


def test_the_summary_beside_it_is_not_claimed(shared: Path) -> None:
    for name in ("airway_subset_featureCounts.txt.summary", "SRR1067503.summary"):
        assert not PARSER.claims(RawFile.read(shared / FILES / name), declared(AIRWAY))


@pytest.mark.parametrize("comment", [COMMAND, ""])
def test_extra_attributes_describe_features_and_paths_name_samples(tmp_path: Path, comment: str) -> None:
    content = (
        f"{comment}{HEADER}\tgene_name\tgene_biotype\t/data/S1/Aligned.sortedByCoord.out.bam\tbam/S2_S7_L001.sorted.bam\n"
        "ENSG01\t1\t5\t9\t+\t5\tTP53\tprotein_coding\t7\t0\n"
        "ENSG02\t1;1\t5;8\t9;9\t+;+\t7\t\tlncRNA\t0\t3\n"
    )
    raw = raw_file(tmp_path, content, "landing/fc.txt")
    assert PARSER.claims(raw, context(["S1", "S2"]))
    parsed = PARSER.parse(raw, context(["S1", "S2"]))
    assert matrix(parsed) == {"ENSG01": {"S1": 7, "S2": 0}, "ENSG02": {"S1": 0, "S2": 3}}
    assert features(parsed) == {
        "ENSG01": ("TP53", "protein_coding", "mrna"),
        "ENSG02": (None, "lncRNA", "lncrna"),
    }
    assert parsed.problems == ()


def test_lanes_of_one_sample_are_not_guessed(tmp_path: Path) -> None:
    content = f"{HEADER}\tS1_L001.bam\tS1_L002.bam\nENSG01\t1\t5\t9\t+\t5\t7\t2\n"
    parsed = PARSER.parse(raw_file(tmp_path, content), context(["S1"]))
    assert matrix(parsed) == {"ENSG01": {"S1_L001.bam": 7, "S1_L002.bam": 2}}
    assert [p.rule for p in parsed.problems] == ["ambiguous_sample"]


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        (
            f"{HEADER}\tS1.bam\nENSG01\t1\t5\t9\t+\t5\tx\nENSG02\t1\t5\t9\t+\t5\t1\n",
            "count_not_a_number",
            "line 2, column S1.bam",
        ),
        (f"{HEADER}\tS1.bam\nENSG01\t1\t5\t9\t+\t5\t1\nENSG02\t1\t5\n", "ragged_row", "line 3"),
        (f"{HEADER}\tS1.bam\nA\t1\t5\t9\t+\t5\t1\nA\t1\t5\t9\t+\t5\t1\n", "duplicate_id", ""),
        (f"{HEADER}\tS1.bam\n", "no_rows", ""),
        (f"{HEADER}\nENSG01\t1\t5\t9\t+\t5\n", "no_samples", "header"),
    ],
)
def test_broken_tables_are_refused_in_place(tmp_path: Path, content: str, rule: str, place: str) -> None:
    raw = raw_file(tmp_path, content)
    assert PARSER.claims(raw, context(["S1"]))
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw, context(["S1"]))
    assert (error.value.problems[0].rule, error.value.problems[0].place) == (rule, place)


@pytest.mark.parametrize("ids", [["hsa-miR-21-5p", "hsa-let-7a-5p"], ["MIMAT0000076", "MIMAT0000062_1"]])
def test_counts_on_mirbase_are_the_mirna_library(tmp_path: Path, ids: list[str]) -> None:
    rows = "".join(f"{name}\tchr1\t1\t22\t+\t22\t{i + 3}\n" for i, name in enumerate(ids))
    content = f"# Program:featureCounts v2.0.6\nGeneid\tChr\tStart\tEnd\tStrand\tLength\tS1.bam\n{rows}"
    parsed = PARSER.parse(raw_file(tmp_path, content, "landing/mirna.txt"), context(["S1"]))
    assert matrix(parsed) == {name: {"S1": i + 3} for i, name in enumerate(ids)}
    assert set(parsed.frames["core.feature_counts"]["library"]) == {"mirna"}
