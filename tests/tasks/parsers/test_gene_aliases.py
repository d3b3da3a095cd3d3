from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.gene_aliases import PARSER, TABLE
from tests.tasks.parsers.bench_files import context, raw_file

ABOUT = context(assay="gene_aliases")


def test_a_real_table_of_aliases_and_symbols(shared: Path) -> None:
    path = shared / "annotation/gene_alias_to_symbol.tsv.gz"
    lines = [line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]]
    found = set(PARSER.parse(RawFile.read(path), ABOUT).frames[TABLE].rows())
    expected = {(alias, symbol) for alias, symbol, _ in lines if not {"NA", "NaN"} & {alias, symbol}}
    expected |= {(symbol, symbol) for _, symbol, _ in lines if symbol != "NA"}
    assert {pair for pair in expected if ", " not in pair[0]} <= found
    assert len(found - expected) <= 10


def test_lists_of_hgnc_are_taken_apart(tmp_path: Path) -> None:
    text = 'hgnc_id\tsymbol\talias_symbol\tprev_symbol\nHGNC:5\tA1BG\t"P1|P2"\t\nHGNC:6\tTP53\t\tP53, LFS1\n'
    found = PARSER.parse(raw_file(tmp_path, text.encode(), "hgnc.tsv"), ABOUT).frames[TABLE]
    assert found.rows() == [
        ("A1BG", "A1BG"),
        ("LFS1", "TP53"),
        ("P1", "A1BG"),
        ("P2", "A1BG"),
        ("P53", "TP53"),
        ("TP53", "TP53"),
    ]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no columns alias and symbol; its columns are gene, count"):
        PARSER.parse(raw_file(tmp_path, b"gene,count\na,1\n", "x.csv"), ABOUT)
