from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.transcripts import gene_counts

TX2GENE = pl.DataFrame({"transcript_id": ["t1", "t2", "t3"], "gene_id": ["g1", "g1", "g2"]})


def transcripts(rows: list[tuple[str, float, float, float]]) -> pl.DataFrame:
    numbers = dict.fromkeys(("count", "tpm", "effective_length"), pl.Float64)
    return pl.DataFrame(rows, schema={"transcript_id": pl.String, **numbers}, orient="row")


def test_counts_add_up_and_lengths_are_weighted_by_tpm() -> None:
    found = gene_counts(transcripts([("t1", 4.0, 3.0, 100.0), ("t2", 1.0, 1.0, 500.0), ("t3", 0.0, 0.0, 9.0)]), TX2GENE)
    assert found.rows() == [("g1", 5.0, 200.0), ("g2", 0.0, None)]


def test_transcripts_without_gene_are_left_out() -> None:
    assert gene_counts(transcripts([("t9", 4.0, 3.0, 100.0), ("t1", 1.0, 1.0, 5.0)]), TX2GENE)["count"].to_list() == [
        1.0
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["t1", "t2", "t3"]), st.integers(0, 99), st.integers(1, 99)), unique_by=lambda r: r[0]
    )
)
def test_no_read_is_lost_and_lengths_stay_between_their_transcripts(rows: list[tuple[str, int, int]]) -> None:
    given_rows = transcripts([(t, float(n), float(n), float(length)) for t, n, length in rows])
    found = gene_counts(given_rows, TX2GENE)
    assert sum(found["count"]) == sum(n for _, n, _ in rows)
    lengths = [length for _, _, length in rows]
    assert all(min(lengths) - 1e-9 <= x <= max(lengths) + 1e-9 for x in found["effective_length"].drop_nulls())
