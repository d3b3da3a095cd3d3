from __future__ import annotations

import pytest

from tasks.methods.delimited import Dialect, dialect
from tasks.methods.matrix_columns import columns, has_no_header, is_transposed, sample_columns

KNOWN = ["S1", "S2"]


def table(text: str) -> Dialect:
    found = dialect(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("header", "row", "id_column", "samples", "symbol"),
    [
        ("gene,S1,S2", "A,1,2", 0, (1, 2), None),
        ("gene_name,S1,gene_id,S2", "A,1,G1,2", 2, (1, 3), 0),
        (",gene_id,S1,S2", "1,G1,1,2", 1, (2, 3), None),
        ("gene,length,S1,S2,padj", "A,900,1,2,0.5", 0, (2, 3), None),
        ("gene,note,S1,other", "A,words,1,2", 0, (2, 3), None),
        ("gene,S1,S2", "A,x,2", 0, (1, 2), None),  # a known sample stays one, whatever it holds
        ("gene,S1_TPM,S1,S2", "A,1,1,2", 0, (2, 3), None),
    ],
)
def test_columns_are_told_apart(
    header: str, row: str, id_column: int, samples: tuple[int, ...], symbol: int | None
) -> None:
    found = columns(table(f"{header}\n{row}\n"), KNOWN)
    assert (found.id, found.samples, found.symbol) == (id_column, samples, symbol)


@pytest.mark.parametrize(
    ("text", "is_turned"),
    [
        ("gene,S1,S2\nA,1,2\n", False),
        ("sample,A,B\nS1,1,2\nS2,3,4\n", True),
        ("sample,ENSG00000000003,ENSG00000000005\na,1,2\nb,3,4\n", True),
        ("gene,a,b\nENSG00000000003,1,2\n", False),
        ("gene,a,b\nx,1,2\n", False),
    ],
)
def test_known_samples_or_feature_ids_tell_the_orientation(text: str, *, is_turned: bool) -> None:
    assert is_transposed(table(text), KNOWN) is is_turned


def test_words_about_samples_are_no_counts() -> None:
    assert sample_columns(table("sample,sex,A,B\nS1,f,1,2\nS2,m,3,4\n")) == [1]


def test_numbers_about_samples_ahead_of_the_features_are_no_counts() -> None:
    ids = [f"ENSG{i:011}" for i in range(9)]
    for header, about in ((["age", "sex", *ids], [1, 2]), (["ERCC-00002", *ids], []), ([*ids, "novel"], [])):
        rows = "".join(f"{s}," + ",".join("f" if name == "sex" else "34" for name in header) + "\n" for s in KNOWN)
        assert sample_columns(table(f"sample,{','.join(header)}\n{rows}")) == about


def test_numbers_in_the_first_row_are_no_header_unless_they_are_samples() -> None:
    found = table("A,101,102\nB,3,4\n")
    assert has_no_header(found, KNOWN)
    assert not has_no_header(found, ["101", "102"])
