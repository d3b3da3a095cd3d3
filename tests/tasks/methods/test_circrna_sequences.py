from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.methods.circrna_sequences import circrna_places, circrna_sequences
from tasks.methods.transcript_exons import read_exons
from tests.tasks.methods.small_genome import CHR2, CIRCLES, write_genome


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("chr1:100|200|+", ("1", 100, 200, "+")),
        ("chr1:100|200", ("1", 100, 200, ".")),
        ("X:100-200|-", ("X", 100, 200, "-")),
        ("chrM:100-200:-", ("MT", 100, 200, "-")),
        ("chr1:100-200(+)", ("1", 100, 200, "+")),
        ("chr1:100_200_-", ("1", 100, 200, "-")),
        ("chr6_GL000256v2_alt:100|200|.", ("6_GL000256v2_alt", 100, 200, ".")),
        ("hsa_circ_0000284", None),
        ("chr1:200|100|+", None),
        ("HIPK3", None),
    ],
)
def test_an_id_with_coordinates_is_a_place(name: str, place: tuple[object, ...] | None) -> None:
    assert circrna_places(pl.Series([name])).rows() == ([(name, *place)] if place else [])


def test_circles_are_spliced_as_by_hand(tmp_path: Path) -> None:
    files = write_genome(tmp_path)
    found = circrna_sequences(pl.Series(list(CIRCLES)), read_exons(files["gtf"]), files["genome"].path, "g")
    assert dict(found.rows.select("feature_id", "sequence").iter_rows()) == CIRCLES
    assert dict(found.rows.select("feature_id", "origin").iter_rows()) == {
        "chr1:11|60|+": "2 exons of T2",
        "chr1:31|60|+": "2 exons of T1",
        "chr1:11|95|+": "3 exons of T2",
        "chr1:11|40|-": "2 exons of T3",
        "1:30-40|.": "1 exon of T1",
        "chr1:31|40|-": "1 exon of T3",
        "chr1:14|17|-": "genomic span: no transcript has both ends",
    }
    assert not found.left_out


def test_what_has_no_sequence_is_named_with_the_reason(tmp_path: Path) -> None:
    files = write_genome(tmp_path)
    ids = ["chr2:1|10000|+", "chr2:1|10001|+", "chr2:5|9|.", "hsa_circ_0000284", "chr3:1|9|-", "chr1:90|200|+"]
    found = circrna_sequences(pl.Series(ids), read_exons(files["gtf"]), files["genome"].path, "g")
    assert found.rows["sequence"].to_list() == [CHR2[:10_000]]
    assert found.left_out == {
        "have no coordinates in their ids": ["hsa_circ_0000284"],
        "have no transcript with both ends and no strand": ["chr2:5|9|."],
        "have no transcript with both ends and span more than 10,000 nt": ["chr2:1|10001|+"],
        "lie where the genome has no sequence": ["chr1:90|200|+", "chr3:1|9|-"],
    }


def test_no_circrna_has_no_sequence(tmp_path: Path) -> None:
    files = write_genome(tmp_path)
    none = pl.Series([], dtype=pl.String)
    found = circrna_sequences(none, read_exons(files["gtf"]), files["genome"].path, "g")
    assert found.rows.is_empty()
    assert not found.left_out
