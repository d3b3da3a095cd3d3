from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import Parsed, RawFile
from tasks.parsers.mirna_target_table import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

ABOUT = context(assay="mirna_targets")
TABLE = "core.mirna_targets"


def parsed(folder: Path, text: str, name: str = "own.tsv") -> Parsed:
    return PARSER.parse(raw_file(folder, text.encode(), name), ABOUT)


def cells(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("annotation/mirna_target_starbase_lncrna.tsv.gz", "high_throughput"),
        ("annotation/mirna_target_spongescan_lncrna.tsv.gz", "predicted"),
        ("annotation/mirna_target_starbase_mrna.tsv.gz", "high_throughput"),
        ("studies/tcga_chol/reference/mirna_targets.tsv.gz", "high_throughput"),
    ],
)
def test_every_pair_of_a_real_table_is_kept_once(shared: Path, name: str, tier: str) -> None:
    titles, *rows = cells(shared / name)
    found = PARSER.parse(RawFile.read(shared / name), ABOUT).frames[TABLE]
    expected = {(row[0], row[1], row[titles.index("source")]) for row in rows}
    assert set(found.select("mirna", "target_id", "source").rows()) == expected
    assert found.height == len(expected)
    assert set(found["tier"]) == {tier}
    symbols = {(row[1], row[2]) for row in rows if row[2]}
    assert set(found.select("target_id", "target_symbol").drop_nulls().rows()) <= symbols


def test_targetscan_as_mimat_and_symbol_keeps_its_numbers_of_sites(shared: Path) -> None:
    path = shared / "annotation/mirna_target_targetscan_conserved.tsv.gz"
    found = PARSER.parse(RawFile.read(path), ABOUT).frames[TABLE]
    assert found.height == 216_390
    assert found["site_count"].sum() == sum(int(row[2]) for row in cells(path)[1:])
    assert found["target_id"].to_list() == found["target_symbol"].to_list()
    assert set(found["tier"]) == {"predicted"}


@pytest.mark.parametrize(
    "text",
    [
        "mirna;target_id;target_symbol;source;evidence\nhsa-miR-21-5p;ENSG1;PTEN;own;luciferase\n",
        "# made by hand\nmiRNA,Target Gene,Ensembl ID,Database,Method\nhsa-miR-21-5p,PTEN,ENSG1,own,luciferase\n",
        (
            '"mature_mirna_id"\t"target_symbol"\t"target_ensembl"\t"database"\t"experiment"\n'
            '"hsa-miR-21-5p"\t"PTEN"\t"ENSG1"\t"own"\t"luciferase"\n'
        ),
    ],
)
def test_titles_separators_and_quotes_of_other_tables(tmp_path: Path, text: str) -> None:
    (row,) = parsed(tmp_path, text).frames[TABLE].to_dicts()
    assert row == {
        "mirna": "hsa-miR-21-5p",
        "target_id": "ENSG1",
        "target_symbol": "PTEN",
        "target_class": None,
        "source": "own",
        "evidence": "luciferase",
        "tier": "validated",
        "site_count": None,
    }


def test_kinds_of_evidence_of_a_pair_stay_apart_and_repeats_are_joined(tmp_path: Path) -> None:
    head = "mirna\tlncRNA\tbiotype\tevidence\tn_sites\tnote\n"
    lines = [f"miR-1\tXIST\tlincRNA\t{e}\t{n}\tx\n" for e, n in (("CLIP", 2), ("degradome", 1), ("luciferase", ""))]
    found = parsed(tmp_path, head + "".join(lines))
    assert found.frames[TABLE].select("tier", "evidence", "site_count", "target_class").rows() == [
        ("high_throughput", "CLIP; degradome", 2, "lncrna"),
        ("validated", "luciferase", None, "lncrna"),
    ]
    assert found.unread == ("column note",)


def test_pairs_that_were_tried_in_vain_are_left_out_and_told(tmp_path: Path) -> None:
    head = "database,mature_mirna_acc,mature_mirna_id,target_symbol,support_type\n"
    kinds = ("Functional MTI", "Non-Functional MTI", "nonfunctional MTI (Weak)", "NEGATIVE")
    lines = [f"mirtarbase,MIMAT0000076,hsa-miR-21-5p,G{n},{kind}\n" for n, kind in enumerate(kinds)]
    found = parsed(tmp_path, head + "".join(lines))
    assert found.frames[TABLE].select("target_id", "tier").rows() == [("G0", "validated")]
    assert [p.rule for p in found.problems] == ["pairs_left_out"]
    assert "3 rows say that the pair is not functional" in found.problems[0].message


def test_a_tier_of_the_file_goes_before_its_words(tmp_path: Path) -> None:
    text = "mirna,target_id,tier,evidence\na,b,Predicted,luciferase\nc,d,great,luciferase\n"
    assert parsed(tmp_path, text).frames[TABLE]["tier"].to_list() == ["predicted", "validated"]


def test_rows_without_a_side_and_damaged_symbols_are_told(tmp_path: Path) -> None:
    text = "mirna,target_id,target_symbol\nmiR-1,,\n,ENSG1,TP53\nmiR-1,ENSG2,2-Sep\nmiR-1,ENSG3,TP53\n"
    found = parsed(tmp_path, text)
    assert found.frames[TABLE].height == 2
    assert [p.rule for p in found.problems] == ["pairs_left_out", "excel_damaged_name"]
    assert "2 rows" in found.problems[0].message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gene,count\nTP53,1\n", "no column of miRNAs; its columns are gene, count"),
        ("mirna,count\nmiR-1,1\n", "no column of targets"),
        ("a,b\nx,y\n", "no column of miRNAs and none of targets"),
        ("mirna,target_id\n,\nmiR-1,\n", "no row names a miRNA and a target"),
    ],
)
def test_tables_of_something_else_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        parsed(tmp_path, text, "own.csv")


def test_a_table_in_another_encoding_is_read(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "mirna;target_id\nhsa-miR-1;ENSG1\n".encode("utf-16"), "own.csv")
    assert PARSER.parse(raw, ABOUT).frames[TABLE].select(pl.col("mirna", "target_id")).rows() == [
        ("hsa-miR-1", "ENSG1")
    ]


def test_pairs_that_were_found_not_to_be_functional_are_left_out_and_counted(tmp_path: Path) -> None:
    head = "mirna\ttarget_id\tsource\tevidence\n"
    rows = [("A", "Functional MTI"), ("B", "Non-Functional MTI"), ("C", "negative"), ("D", "not validated")]
    text = head + "".join(f"hsa-miR-21-5p\t{target}\tmultiMiR\t{evidence}\n" for target, evidence in rows)
    found = parsed(tmp_path, text)
    assert dict(found.frames[TABLE].select("target_id", "tier").iter_rows()) == {"A": "validated", "D": "unstated"}
    (told,) = found.problems
    assert "2 rows say that the pair is not functional" in told.message
    with pytest.raises(BadInputError, match="every row says that its pair is not functional"):
        parsed(tmp_path, head + "hsa-miR-21-5p\tB\tmultiMiR\tNon-Functional MTI\n")


def test_swapped_columns_are_refused(tmp_path: Path) -> None:
    text = "mirna\ttarget_symbol\nTP53\thsa-miR-21-5p\nMDM2\thsa-let-7a-5p\n"
    with pytest.raises(BadInputError, match=r"the column of miRNAs holds TP53 .*Exchange the names"):
        parsed(tmp_path, text)
