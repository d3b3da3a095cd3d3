from __future__ import annotations

import gzip
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.count_matrix import PARSER
from tests.tasks.parsers.count_files import AIRWAY, claimants, context, declared, features, matrix, raw_file

SAMPLES = ["S1", "S2", "S3"]
PLAIN = "gene,S1,S2,S3\nA,1,2,3\nB,0,5,6\n"
EXPECTED = {"A": {"S1": 1, "S2": 2, "S3": 3}, "B": {"S1": 0, "S2": 5, "S3": 6}}


def rules(error: pytest.ExceptionInfo[BadInputError]) -> list[str]:
    return [p.rule for p in error.value.problems]


def refused(
    folder: Path, content: str | bytes, name: str = "landing/counts.csv"
) -> pytest.ExceptionInfo[BadInputError]:
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw_file(folder, content, name), declared(SAMPLES))
    return error


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", " "),
        PLAIN.rstrip("\n"),
        PLAIN + "\n\n",
        PLAIN.replace("\n", ",\n"),  # every line ends with a separator
        "sep=,\n" + PLAIN,
        "# made by hand\n\n" + PLAIN,
        PLAIN.replace("gene,", ","),
        PLAIN.replace("gene,", '"",'),  # R's write.csv
        PLAIN.replace("gene,", ""),  # R's write.table
        '"gene","S1","S2","S3"\n"A","1","2","3"\n"B","0","5","6"\n',
        PLAIN.replace("A,1", " A ,1"),
        PLAIN.replace(",3", ", 3.0").replace("A,1", "A,1e+00"),
        "sample,A,B\nS1,1,0\nS2,2,5\nS3,3,6\n",
        "gene,S1,gene_name,S2,S3\nA,1,Actb,2,3\nB,0,,5,6\n",
        "gene,S1,S2,S3,\nA,1,2,3\nB,0,5,6\n",  # only the header ends with one
        PLAIN + "__no_feature,9,9,9\nN_unmapped,9,9,9\n",
        "chr,start,gene_id,S1,S2,S3,Length,description\n1,5,A,1,2,3,900,x\n1,9,B,0,5,6,80,\n",
        "gene,S1,S2,S3,S1_FPKM,S2_FPKM,log2FC,padj\nA,1,2,3,.1,.2,-1,.5\nB,0,5,6,.1,.2,-1,.5\n",
    ],
)
def test_every_way_to_write_a_matrix_gives_the_same_counts(tmp_path: Path, content: str) -> None:
    assert matrix(PARSER.parse(raw_file(tmp_path, content), declared(SAMPLES))) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(tmp_path: Path, encoding: str, newline: str) -> None:
    raw = raw_file(tmp_path, PLAIN.replace("\n", newline).encode(encoding))
    assert matrix(PARSER.parse(raw, declared(SAMPLES))) == EXPECTED


def test_latin1_in_a_description_is_read_as_such(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "gene,gene_name,S1,S2\nA,β-Aktin é,1,2\n".replace("β", "b").encode("latin-1"))
    assert features(PARSER.parse(raw, declared(SAMPLES)))["A"][0] == "b-Aktin é"


def test_annotation_columns_describe_the_features(tmp_path: Path) -> None:
    content = (
        "gene_name,S1,gene_id,gene_biotype,S2,entrezid\nTP53,1,ENSG01,protein_coding,2,7157\nX,1,ENSG02,lincRNA,1,9\n"
    )
    parsed = PARSER.parse(raw_file(tmp_path, content), declared(SAMPLES))
    assert features(parsed) == {"ENSG01": ("TP53", "protein_coding", "mrna"), "ENSG02": ("X", "lincRNA", "lncrna")}
    assert parsed.unread == ("entrezid",)


def test_rows_are_sorted_by_feature_then_as_the_file_orders_samples(tmp_path: Path) -> None:
    content = "gene,S3,S1\nB,1,2\nA,3,4\n"
    frame = PARSER.parse(raw_file(tmp_path, content), declared(SAMPLES)).frames["core.feature_counts"]
    assert frame.rows() == [
        ("gene", "S3", "A", 3.0, None, None),
        ("gene", "S1", "A", 4.0, None, None),
        ("gene", "S3", "B", 1.0, None, None),
        ("gene", "S1", "B", 2.0, None, None),
    ]


@pytest.mark.parametrize(
    ("cell", "rule", "place", "value"),
    [
        ("foo", "count_not_a_number", "line 3, column S2", "foo"),
        ("", "count_not_a_number", "line 3, column S2", ""),
        ("NA", "count_not_a_number", "line 3, column S2", "NA"),
        ("NaN", "count_not_a_number", "line 3, column S2", "nan"),
        ("inf", "count_not_a_number", "line 3, column S2", "inf"),
        ("-5", "negative_count", "line 3, column S2", "-5"),
    ],
)
def test_a_cell_that_is_no_count_is_named(tmp_path: Path, cell: str, rule: str, place: str, value: str) -> None:
    problem = refused(tmp_path, PLAIN.replace("B,0,5", f"B,0,{cell}")).value.problems[0]
    assert (problem.rule, problem.place, problem.value) == (rule, place, value)
    assert "B" in problem.message
    assert "S2" in problem.message
    assert problem.file == "landing/counts.csv"


def test_a_bad_cell_of_a_transposed_matrix_is_named_by_its_own_line(tmp_path: Path) -> None:
    problem = refused(tmp_path, "sample,A,B\nS1,1,0\nS2,2,x\nS3,3,6\n").value.problems[0]
    assert problem.place == "line 3, column B"
    assert "the count of B in S2" in problem.message


def test_many_bad_cells_fill_no_screen(tmp_path: Path) -> None:
    error = refused(tmp_path, "gene,S1,S2\n" + "".join(f"g{i},1,{i if i < 60 else 'x'}\n" for i in range(100)))
    assert len(error.value.problems) == 5
    assert "40 such places" in error.value.problems[0].message


def test_semicolon_files_may_have_decimal_commas_and_are_warned_of_fractions(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "gene;S1;S2\nA;1,5;2\nB;0;3\n")
    parsed = PARSER.parse(raw, declared(SAMPLES))
    assert matrix(parsed)["A"] == {"S1": 1.5, "S2": 2}
    (problem,) = parsed.problems
    assert (problem.rule, problem.place, problem.value) == ("fractional_counts", "line 2, column S1", "1.5")


def test_a_comma_that_may_separate_thousands_is_refused(tmp_path: Path) -> None:
    assert rules(refused(tmp_path, "gene\tS1\tS2\nA\t1,234\t2\nB\t0\t3\n")) == ["ambiguous_comma"]


def test_duplicate_ids_are_named_with_their_lines(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, PLAIN + "A,7,8,9\n").value.problems
    assert problem.rule == "duplicate_id"
    assert "A (line 2, line 4)" in problem.message


def test_duplicate_samples_are_refused(tmp_path: Path) -> None:
    assert rules(refused(tmp_path, PLAIN.replace("S2", "S1"))) == ["duplicate_sample"]


def test_an_empty_id_is_refused_with_its_line(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, PLAIN + ",7,8,9\n").value.problems
    assert (problem.rule, problem.place) == ("empty_id", "line 4")


def test_ragged_rows_are_refused_with_their_lines(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, PLAIN + "C,1,2\nD,1,2,3\n").value.problems
    assert (problem.rule, problem.place) == ("ragged_row", "line 4")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "empty_file"),
        ("\n\n", "empty_file"),
        ("gene,S1,S2\n", "no_rows"),
        ("A,1,2\nB,3,4\n", "no_header"),
        ("just a sentence\n", "not_delimited"),
        ("gene,description\nA,x y\nB,z\n", "no_samples"),
        ("gene,FPKM.S1,FPKM.S2\nA,1.5,2\nB,0,3\n", "not_counts"),
        (b"\x00\x01\x02" * 100, "not_text"),
        (gzip.compress(PLAIN.encode() * 20, mtime=0)[:-20], "damaged_gzip"),
        (b"\x1f\x8b\x08garbage", "damaged_gzip"),
        ('gene,S1,S2\nA,1,2\n"B,3,4\nC,5,6\n', "ragged_row"),
    ],
)
def test_what_is_no_matrix_is_refused_in_words(tmp_path: Path, content: str | bytes, rule: str) -> None:
    error = refused(tmp_path, content)
    assert rules(error) == [rule]
    assert error.value.problems[0].remedy


@pytest.mark.parametrize(
    ("transform", "reason"),
    [
        (lambda x: x / x.sum() * 1e6, "million"),
        (lambda x: (x * 1.0 + 1).log(2), "logarithms"),
        (lambda x: x * 1.7351, "FPKM or normalised"),
        (lambda x: (x * 1.0 + 1).log(2) - 3.3, "logarithms"),
    ],
)
def test_other_scales_are_refused_as_no_counts(tmp_path: Path, transform: object, reason: str) -> None:
    counts = pl.DataFrame({"S1": [i * i % 97 * 11 for i in range(80)], "S2": [i * 7 % 89 * 13 for i in range(80)]})
    scaled = counts.select(transform(pl.col(c)).alias(c) for c in counts.columns)  # type: ignore[operator]
    content = scaled.insert_column(0, pl.Series("gene", [f"g{i}" for i in range(80)])).write_csv()
    error = refused(tmp_path, content)
    assert rules(error) == ["not_counts"]
    assert "these are not counts" in error.value.problems[0].message
    assert reason in error.value.problems[0].message


def test_estimated_counts_of_salmon_are_accepted(shared: Path) -> None:
    path = shared / "data/sequencing/salmon/expected/tximport_gene_counts.csv.gz"
    parsed = PARSER.parse(RawFile.read(path), declared(AIRWAY))
    assert [p.rule for p in parsed.problems] == ["fractional_counts"]
    assert parsed.frames["core.features"].height == 58706


def test_names_off_by_case_or_separator_are_suggested_and_not_guessed(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "gene,il1b.1,IL1B-2,S3.bam\nA,1,2,3\n")
    parsed = PARSER.parse(raw, declared(["il1b_1", "il1b_2", "S3"]))
    assert set(matrix(parsed)["A"]) == {"il1b.1", "IL1B-2", "S3"}
    (problem,) = parsed.problems
    assert problem.rule == "unknown_sample"
    assert "'il1b.1' is 'il1b_1'" in problem.remedy
    assert "'IL1B-2' is 'il1b_2'" in problem.remedy


def test_excel_damage_is_reported_with_lines(tmp_path: Path) -> None:
    parsed = PARSER.parse(raw_file(tmp_path, PLAIN + "2-Sep,1,1,1\n"), declared(SAMPLES))
    (problem,) = parsed.problems
    assert (problem.rule, problem.place, problem.value) == ("excel_gene_name", "line 4", "2-Sep")


@pytest.mark.parametrize(
    ("ids", "library"),
    [
        (["hsa-miR-21-5p", "hsa-let-7a-5p"], "mirna"),
        (["MIMAT0000062", "MIMAT0000063"], "mirna"),
        (["chr1:100|200", "chrX:5|900"], "circrna"),
        (["chr1:100-200|+", "chrX:5-900|-"], "circrna"),
        (["hsa_circ_0000001", "hsa_circ_0000002"], "circrna"),
        (["ENSG00000000003", "ENSG00000000005"], "gene"),
    ],
)
def test_the_library_is_recognised_from_ids(tmp_path: Path, ids: list[str], library: str) -> None:
    raw = raw_file(tmp_path, f"id,S1,S2\n{ids[0]},1,2\n{ids[1]},3,4\n")
    assert PARSER.parse(raw, declared(SAMPLES)).frames["core.feature_counts"]["library"].unique().to_list() == [library]


def test_files_csv_decides_the_library(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, PLAIN)
    parsed = PARSER.parse(raw, declared(SAMPLES, rna_class="circrna"))
    assert parsed.frames["core.features"]["rna_class"].unique().to_list() == ["circrna"]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,  # two rows: could be anything
        "Time,A1,A2\n" + "".join(f"0:{i:02d}:00,{i},{i}\n" for i in range(59)),
        "Well,S1,S2\n" + "".join(f"A{i},{i},{i}\n" for i in range(1, 60)),
        "x,y,z\n" + "".join(f"{i},{i},{i}\n" for i in range(60)),
        "gene,a,b\n" + "".join(f"g{i},{i}.5,{i}\n" for i in range(60)),
        "gene,a,b\n" + "".join(f"g{i},-{i},{i}\n" for i in range(60)),
    ],
)
def test_undeclared_tables_that_may_be_something_else_are_left_alone(tmp_path: Path, content: str) -> None:
    assert not PARSER.claims(raw_file(tmp_path, content), context(SAMPLES))


def test_undeclared_matrices_are_recognised_by_samples_or_by_size(tmp_path: Path) -> None:
    known = "gene,S1,S2\n" + "".join(f"g{i},{i},{i}\n" for i in range(12))
    unknown = "gene,a,b\n" + "".join(f"g{i},{i},{i}\n" for i in range(60))
    turned = "sample," + ",".join(f"ENSG{i:011d}" for i in range(20_000)) + "\n"
    turned += "".join(f"{s}," + ",".join(["3"] * 20_000) + "\n" for s in SAMPLES)
    entrez = "GeneID\tS1\tS2\n" + "".join(f"{i}\t{i}\t{i}\n" for i in range(1, 12))
    for content in (known, unknown, turned, entrez):
        assert PARSER.claims(raw_file(tmp_path, content), context(SAMPLES))
    assert not PARSER.claims(raw_file(tmp_path, known), context(SAMPLES, assay="qpcr"))


def test_airway_is_whole_and_equal_to_the_matrix_r_was_given(shared: Path) -> None:
    raw = RawFile.read(shared / "studies/airway/landing/airway_gene_counts.csv")
    reference = RawFile.read(shared / "studies/airway/reference/features.tsv.gz")
    parsed = PARSER.parse(raw, declared(AIRWAY, references={"features": reference}))
    found = parsed.frames["core.feature_counts"].pivot("sample_name", index="feature_id", values="count")
    expected = pl.read_csv(shared / "reference/airway_counts.csv.gz").rename({"gene": "feature_id"})
    assert found.shape == (64102, 9)
    assert_frame_equal(found, expected.sort("feature_id").with_columns(pl.col(AIRWAY).cast(pl.Float64)))
    assert features(parsed)["ENSG00000000003"] == ("TSPAN6", "protein_coding", "mrna")


def test_tcga_mirnas_are_a_library_of_their_own(shared: Path) -> None:
    raw = RawFile.read(shared / "studies/tcga_chol/landing/mirna_counts.csv")
    parsed = PARSER.parse(raw, declared())
    assert parsed.frames["core.feature_counts"].height == 2588 * 45
    assert parsed.frames["core.features"]["rna_class"].unique().to_list() == ["mirna"]


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=1, max_size=12),
    data=st.data(),
    is_turned=st.booleans(),
    is_zipped=st.booleans(),
    separator=st.sampled_from([",", "\t", ";"]),
)
def test_order_orientation_and_compression_do_not_change_the_counts(
    counts: list[list[int]], data: st.DataObject, *, is_turned: bool, is_zipped: bool, separator: str
) -> None:
    ids = [f"ENSG{i:011d}" for i in range(len(counts))]
    rows = data.draw(st.permutations(range(len(ids))))
    columns = data.draw(st.permutations(range(3)))
    table = [["id", *(SAMPLES[c] for c in columns)]]
    table += [[ids[r], *(str(counts[r][c]) for c in columns)] for r in rows]
    if is_turned:
        table = [list(column) for column in zip(*table, strict=True)]
    stream = io.StringIO()
    stream.writelines(separator.join(row) + "\n" for row in table)
    content = stream.getvalue().encode()
    with TemporaryDirectory() as folder:
        raw = raw_file(Path(folder), gzip.compress(content) if is_zipped else content)
        parsed = PARSER.parse(raw, declared(SAMPLES))
    assert matrix(parsed) == {
        i: dict(zip(SAMPLES, map(float, row), strict=True)) for i, row in zip(ids, counts, strict=True)
    }
    assert parsed.frames["core.feature_counts"]["feature_id"].is_sorted()


MIRNAS = ["hsa-let-7a-5p", "hsa-miR-21-5p", "hsa-miR-143-3p", "MIMAT0000062"]


@pytest.mark.parametrize("rows", ["samples", "features"])
def test_mirnas_of_smrnaseq_are_read_either_way_round(tmp_path: Path, rows: str) -> None:
    table = pl.DataFrame({"": MIRNAS, "S1": [5, 6, 7, 8], "S2": [1, 2, 3, 4]})
    if rows == "samples":  # mature_counts.csv of nf-core/smrnaseq has samples in rows
        table = table.transpose(include_header=True, header_name=" ", column_names="").rename({" ": ""})
    raw = raw_file(tmp_path, table.write_csv(), "landing/mature_counts.csv")
    about = declared(["S1", "S2"])
    assert [p.name for p in claimants(raw, about)] == ["count_matrix"]
    parsed = PARSER.parse(raw, about)
    assert matrix(parsed) == {m: {"S1": 5 + i, "S2": 1 + i} for i, m in enumerate(MIRNAS)}
    assert set(parsed.frames["core.features"]["library"]) == {"mirna"}
    assert set(parsed.frames["core.features"]["rna_class"]) == {"mirna"}
