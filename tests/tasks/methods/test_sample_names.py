from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.sample_names import match_samples, named_samples, sample_of_file, stripped, unknown_samples
from tests.tasks.parsers.count_files import context, raw_file

KNOWN = ["S1", "S10", "il1b", "il1b_usc", "TCGA-3X-AAV9-01"]


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("S1", "S1"),
        ("S1.bam", "S1"),
        ("S10_subset.bam", "S10"),
        ("/data/run 1/S1/Aligned.sortedByCoord.out.bam", "S1"),
        ("C:\\data\\S1\\accepted_hits.bam", "S1"),
        ("S1_L001", "S1"),
        ("S1_S1_L001_R1_001.fastq.gz", "S1"),
        ("S1_trimmed_star_aligned.bam", "S1"),
        ("il1b_usc.counts.txt", "il1b_usc"),
        ("count_il1b", "il1b"),
        ("S1ReadsPerGene.out.tab", "S1"),
        ("quants/il1b/quant.sf", "il1b"),
        ("s1", None),
        ("TCGA.3X.AAV9.01", None),
        ("S1-rescue", None),
        ("il1b_rep2", None),
        ("S1/S10/a.bam", None),
        ("", None),
    ],
)
def test_a_name_fits_exactly_or_without_what_tools_append(name: str, sample: str | None) -> None:
    assert match_samples([name], KNOWN) == {name: sample}


def test_two_names_of_one_sample_match_none_unless_one_is_exact() -> None:
    assert match_samples(["S1_L001", "S1_L002"], KNOWN) == {"S1_L001": None, "S1_L002": None}
    assert match_samples(["S1", "S1.bam"], KNOWN) == {"S1": "S1", "S1.bam": None}


@given(st.lists(st.text("abS1_.-/ ", max_size=12), max_size=6), st.sets(st.text("abS1_.-", min_size=1, max_size=6)))
def test_no_sample_is_given_twice_and_known_names_are_themselves(names: list[str], known: set[str]) -> None:
    found = match_samples(names, known)
    given_away = [sample for sample in found.values() if sample]
    assert len(set(given_away)) == len(given_away)
    assert set(given_away) <= known
    assert all(found[name] == name for name in found if name in known)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("x/S1/quant.sf", "S1"),
        ("S7_ReadsPerGene.out.tab", "S7"),
        ("htseq_header.tsv", "htseq_header"),
        ("counts.txt", "counts.txt"),
    ],
)
def test_what_a_file_is_called_without_its_endings(name: str, bare: str) -> None:
    assert stripped(name) == bare


@pytest.mark.parametrize(
    ("name", "likely"),
    [("TCGA.3X.AAV9.01", "TCGA-3X-AAV9-01"), ("X.IL1B", "il1b"), ("S1-rescue", "S1"), ("il1b_ucs", "il1b_usc")],
)
def test_the_likely_sample_is_suggested(tmp_path: Path, name: str, likely: str) -> None:
    (problem,) = unknown_samples(raw_file(tmp_path, "x"), [name], KNOWN)
    assert f"{name!r} is {likely!r}" in problem.remedy


def test_another_replicate_is_not_suggested(tmp_path: Path) -> None:
    (problem,) = unknown_samples(raw_file(tmp_path, "x"), ["il1b_usc_rep2"], ["il1b_usc_rep1"])
    assert "Likely" not in problem.remedy


def test_a_treatment_more_in_the_name_is_another_culture(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "x")
    known = ["RNA_NP1_il1b", "RNA_NP2_il1b"]
    names = ["RNA_NP1_il1b_exo", "RNA_NP1_il1b_usc", "RNA_NP2_il1b_exo"]
    (used,) = unknown_samples(raw, names, known, used=known)
    (alone,) = unknown_samples(raw, names, known)
    assert (used.severity, alone.severity) == ("warning", "warning")
    assert "Likely" not in used.remedy + alone.remedy
    (single,) = unknown_samples(raw, ["NP1_il1b_exo"], ["NP1_il1b", "NP2_exo"])
    assert "Likely" not in single.remedy


def test_a_name_that_the_file_has_already_is_not_suggested(tmp_path: Path) -> None:
    (problem,) = unknown_samples(raw_file(tmp_path, "x"), ["il1b_ucs"], KNOWN, used=["il1b_usc"])
    assert "Likely" not in problem.remedy


def test_many_unknown_names_are_one_short_warning(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "x")
    (problem,) = unknown_samples(raw, [f"zz{i}" for i in range(50)], KNOWN)
    assert "and 45 more" in problem.message
    assert "Add the sample to samples.csv" in problem.remedy
    assert unknown_samples(raw, ["S1"], KNOWN) == ()


def test_a_column_off_by_case_is_named_and_leaves_its_sample_out(tmp_path: Path) -> None:
    _, (problem,) = named_samples(raw_file(tmp_path, "x"), ["S1", "IL1B"], KNOWN)
    assert (problem.severity, problem.place) == ("local", "column IL1B")
    assert problem.message == "samples.csv has no sample called 'IL1B', so il1b is left out"
    _, (twice,) = named_samples(raw_file(tmp_path, "x"), ["il1b", "IL1B"], KNOWN)
    assert twice.severity == "warning"


def test_what_is_kept_without_a_sample_is_called_what_it_is(tmp_path: Path) -> None:
    (problem,) = unknown_samples(raw_file(tmp_path, "x"), ["zz"], KNOWN, rows="wells")
    assert "until then its wells are kept without a sample" in problem.remedy


def test_columns_that_share_a_sample_keep_their_names(tmp_path: Path) -> None:
    names, problems = named_samples(raw_file(tmp_path, "x"), ["S1_L001", "S1_L002", "il1b.bam"], KNOWN)
    assert names == ("S1_L001", "S1_L002", "il1b")
    assert [p.rule for p in problems] == ["ambiguous_sample"]


def test_files_csv_goes_before_the_file_s_own_name(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "x", "landing/S1.txt")
    assert sample_of_file(raw, context(KNOWN, sample="il1b"))[0] == "il1b"
    assert sample_of_file(raw, context(KNOWN), "il1b.bam")[0] == "il1b"
    assert sample_of_file(raw, context(KNOWN), "nobody")[0] == "S1"
    assert sample_of_file(raw, context([]), "nobody.bam")[0] == "nobody"


@pytest.mark.parametrize(
    ("names", "known", "pairs"),
    [
        (["X1", "X2", "X10"], ["S01", "S02", "S10"], "'X1' is 'S01', 'X2' is 'S02', 'X10' is 'S10'"),
        (["GSM103", "GSM101", "GSM102"], ["S1", "S2", "S3"], "'GSM101' is 'S1', 'GSM102' is 'S2', 'GSM103' is 'S3'"),
        (["a_1", "b_2", "b_3"], ["S1", "S2", "S3"], ""),  # words may name other groups
        (["X1", "X2"], ["il1b_1", "usc_2"], ""),
        (["X1", "X2"], ["S1", "S2", "S3"], ""),
        (["X1", "X01"], ["S1", "S2"], ""),
    ],
)
def test_names_that_are_numbered_alike_are_paired_if_the_order_is_the_same(
    tmp_path: Path, names: list[str], known: list[str], pairs: str
) -> None:
    given_, (problem,) = named_samples(raw_file(tmp_path, "x"), names, known)
    assert given_ == tuple(names)
    assert problem.severity == "local"
    assert problem.message.endswith("so nothing of this file is used")
    wanted = f"If both are numbered in the same order, {pairs}: then write the file's names into samples.csv."
    assert problem.remedy == wanted if pairs else "Add the sample" in problem.remedy
