from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.methods.gmt import GeneSets, read_gmt
from tests.tasks.parsers.bench_files import raw_file

WORD = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=6)


def read(folder: Path, text: str) -> GeneSets:
    return read_gmt(raw_file(folder, text.encode(), "sets.gmt"))


def by_hand(path: Path) -> set[tuple[str, str, str]]:
    """First cell, second cell and gene of every line, by plain Python."""
    lines = [line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines() if line.strip()]
    return {(cells[0], cells[1], gene) for cells in lines for gene in cells[2:] if gene}


@pytest.mark.parametrize(
    ("name", "is_name_first"),
    [("go_cc_symbol", False), ("wikipathways_hsa_symbol", False), ("reactome_hsa_symbol", True)],
)
def test_real_collections_are_read_whole_and_the_id_is_found(shared: Path, name: str, *, is_name_first: bool) -> None:
    path = shared / "annotation" / f"{name}.gmt.gz"
    found = read_gmt(RawFile.read(path))
    expected = {((b, a, g) if is_name_first else (a, b, g)) for a, b, g in by_hand(path)}
    assert set(found.rows.rows()) == expected
    assert found.rows.height == len(expected)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HALLMARK_APOPTOSIS\thttps://www.gsea-msigdb.org/x\tTP53", ("HALLMARK_APOPTOSIS", "HALLMARK_APOPTOSIS")),
        ("mitotic spindle (GO:0007052)\t\tTP53", ("GO:0007052", "mitotic spindle")),
        ("Apoptosis WP254\t\tTP53,1.0", ("WP254", "Apoptosis")),
        ("Apoptosis\tR-HSA-109581\tTP53", ("R-HSA-109581", "Apoptosis")),
        ("hsa04210\tApoptosis\tTP53\t", ("hsa04210", "Apoptosis")),
        ('"my set"\tna\t "TP53" ', ("my set", "my set")),
    ],
)
def test_ids_and_names_of_other_products(tmp_path: Path, line: str, expected: tuple[str, str]) -> None:
    found = read(tmp_path, f"{line}\n")
    assert found.rows.rows() == [(*expected, "TP53")]


def test_comments_give_version_licence_and_source(tmp_path: Path) -> None:
    text = "# version: 2026-01-15\n#License: CC BY 4.0\n!source = GO\n# made by hand\nGO:0000001\tone\tA\n"
    assert read(tmp_path, text).about == {"version": "2026-01-15", "licence": "CC BY 4.0", "source": "GO"}


def test_what_is_odd_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    text = "GO:1\tone\tTP53\t2-Sep\nGO:2\ttwo\t\t\nGO:1\tone again\tMDM2\tTP53\n"
    found = read(tmp_path, text)
    assert found.rows.select("set_id", "symbol").rows() == [("GO:1", "2-Sep"), ("GO:1", "MDM2"), ("GO:1", "TP53")]
    assert found.empty_count == 1
    assert [(p.rule, p.place) for p in found.problems] == [
        ("duplicate_gene_set", "lines 1, 3"),
        ("empty_gene_set", "line 2"),
        ("excel_damaged_name", "line 1"),
    ]


def test_genes_that_are_no_symbols_are_told(tmp_path: Path) -> None:
    assert [p.rule for p in read(tmp_path, "hsa04210\tApoptosis\t7157\t4193\n").problems] == ["no_symbols"]
    assert [p.rule for p in read(tmp_path, "S\tna\tENSG00000141510\n").problems] == ["no_symbols"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"gene,set\nTP53,x\n", "line 1: the line has no tab, as 1 more"),
        (b"GO:1\tone\n", "no line has a gene"),
        (b"\tGO:1\tTP53\n", "begins with a tab"),
        (b"# only a comment\n", "holds no line"),
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\nIHDR\0abc", "is not text, expected GMT text"),
        (b"PK\x03\x04abc", "is a workbook"),
        (gzip.compress(b"GO:1\tone\tTP53\n" * 50, mtime=0)[:-9], "gzip file is cut short"),
    ],
)
def test_what_is_no_gmt_is_refused_with_line_and_remedy(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read_gmt(raw_file(tmp_path, content, "sets.gmt"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(WORD, st.sets(WORD, min_size=1, max_size=5), min_size=1, max_size=6), st.sampled_from("\n\r"))
def test_what_is_written_is_read(tmp_path: Path, sets: dict[str, set[str]], end: str) -> None:
    text = "".join(f"SET_{name}\tna\t" + "\t".join(sorted(genes)) + end for name, genes in sets.items())
    found = read(tmp_path, text).rows
    assert set(found.select("set_id", "symbol").rows()) == {(f"SET_{n}", g) for n, genes in sets.items() for g in genes}
    assert found.select(pl.struct(pl.all()).is_duplicated().any()).item() is False
