from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import xlsxwriter

from schemas.errors import BadInputError
from tasks.methods.gene_list_files import GeneListFile, read_gene_list
from tests.tasks.parsers.bench_files import raw_file


def read(folder: Path, text: str | bytes, name: str = "genes.txt") -> GeneListFile:
    return read_gene_list(raw_file(folder, text.encode() if isinstance(text, str) else text, name))


def lines(found: GeneListFile) -> list[tuple[str, int]]:
    return found.rows.select("symbol", "line").rows()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# apoptosis\nBAX\n\n BCL2  # anti\r\nBAX\n", [("BAX", 2), ("BCL2", 4)]),
        ("Symbol\nBAX\nBCL2\n", [("BAX", 2), ("BCL2", 3)]),
        ("BAX, BCL2,CASP3\n", [("BAX", 1), ("BCL2", 1), ("CASP3", 1)]),
        ("BAX BCL2\n", [("BAX", 1), ("BCL2", 1)]),
        ("BAX", [("BAX", 1)]),
        ("BAX,\nBCL2,\n", [("BAX", 1), ("BCL2", 2)]),
        ("gene_id\tgene_name\nENSG1\tBAX\nENSG2\t\n", [("BAX", 2), ("ENSG2", 3)]),
        ("Score;Gene Symbol\n1;BAX\n2;BCL2\n", [("BAX", 2), ("BCL2", 3)]),
        ('Gene Symbol,Description\nBAX,"regulator,\nof death"\nBCL2,"x"\n', [("BAX", 2), ("BCL2", 4)]),
        ('symbol\tnote\nBAX\t"unpaired\nBCL2\tb\n', [("BAX", 2), ("BCL2", 3)]),
        ("基因,备注\nBAX,促凋亡\n", [("BAX", 2)]),
        ("ENSG00000087088.20\nENSG00000171791\n", [("ENSG00000087088.20", 1), ("ENSG00000171791", 2)]),
    ],
)
def test_genes_are_read_with_their_line(text: str, expected: list[tuple[str, int]], tmp_path: Path) -> None:
    found = read(tmp_path, text)
    assert lines(found) == expected
    assert found.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings_and_gzip_are_read(encoding: str, tmp_path: Path) -> None:
    assert lines(read(tmp_path, "symbol\nBAX\n".encode(encoding))) == [("BAX", 2)]
    assert lines(read(tmp_path, gzip.compress(b"BAX\nBCL2\n"), "genes.txt.gz")) == [("BAX", 1), ("BCL2", 2)]


def test_a_workbook_is_read_by_its_column(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("# apoptosis", ""), ("No.", "Gene"), (1, "BAX"), (2, "BCL2")]):
            sheet.write_row(row, 0, cells)
    assert lines(read(tmp_path, stream.getvalue(), "genes.xlsx")) == [("BAX", 3), ("BCL2", 4)]


def test_dates_of_a_spreadsheet_are_told_with_their_line(tmp_path: Path) -> None:
    (told,) = read(tmp_path, "BAX\n2-Sep\nBCL2\n1-Mar\n").problems
    assert (told.rule, told.place, told.value) == ("excel_damaged_name", "line 2", "2-Sep")
    assert "2 genes" in told.message
    assert "2-Sep on line 2, 1-Mar on line 4" in told.message


def test_rows_without_a_gene_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "symbol\tlog2fc\nBAX\t1\n\t2\nNA\t3\n")
    assert lines(found) == [("BAX", 2)]
    assert [(p.rule, p.place) for p in found.problems] == [("genes_left_out", "line 3")]
    assert "2 rows name no gene" in found.problems[0].message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# nothing\n", "names no gene"),
        ("symbol\n\n", "names no gene"),
        ("BAX\t3.2\nBCL2\t1.1\n", "no column symbol or gene_id; its first row is BAX, 3.2"),
    ],
)
def test_what_is_no_list_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=words):
        read(tmp_path, text)
