"""Sequences of circRNAs from a genome: the exons between the two ends of their back-splice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.methods.genome_cuts import chromosome_key, cut, spliced

LONGEST_SPAN = 10_000  # nt of a circRNA without transcript: longer ones are mostly introns that no circle has
# chr1:100|200|+ (CIRI with strand), chr1:100|200, chr1:99-200|+, chr1:99-200:+, chr1:99-200(+)
_PLACE = r"^(.+):([0-9]+)[|\-_]([0-9]+)(?:[|:_(]?([-+.])\)?)?$"


@dataclass(frozen=True)
class CircrnaSequences:
    """Rows of feature_id, sequence (5′ to 3′, DNA letters) and origin; ids that have none, by why."""

    rows: pl.DataFrame
    left_out: dict[str, list[str]]


def circrna_places(ids: pl.Series) -> pl.DataFrame:
    """Columns feature_id, chrom (as joined), start, end, strand (``.`` where not said) of ids with coordinates."""
    parts = pl.DataFrame({"feature_id": ids.unique().sort()}).with_columns(
        pl.col("feature_id").str.extract(_PLACE, 1).alias("chrom"),
        pl.col("feature_id").str.extract(_PLACE, 2).cast(pl.Int64, strict=False).alias("start"),
        pl.col("feature_id").str.extract(_PLACE, 3).cast(pl.Int64, strict=False).alias("end"),
        pl.col("feature_id").str.extract(_PLACE, 4).fill_null(".").alias("strand"),
    )
    found = parts.drop_nulls().filter(pl.col("end") >= pl.col("start"))
    return found.with_columns(chromosome_key(found["chrom"]))


def circrna_exons(places: pl.DataFrame, exons: pl.DataFrame) -> pl.DataFrame:
    """Exons of each circRNA that one transcript explains, along the forward strand.

    ``places``: rows of ``circrna_places``; ``exons``: chrom, start, end, strand, transcript_id. A transcript explains
    a circRNA where one of its exons begins at the start and one ends at the end, on the same strand where the id
    tells it. A start of BED counts from 0: it is tried where no exon begins at the start itself. Of several
    transcripts the longest is taken, then the first by id. Columns feature_id, chrom, start, end, strand,
    transcript_id.
    """
    length = (pl.col("end") - pl.col("start") + 1).sum().alias("length")
    lengths = exons.group_by("chrom", "transcript_id").agg(length)
    begins = pl.concat([
        places.with_columns(first=pl.col("start") + shift, shift=pl.lit(shift)) for shift in (0, 1)
    ])  # fmt: skip
    firsts = begins.join(
        exons.select("chrom", "transcript_id", first="start", of="strand"), on=["chrom", "first"], how="inner"
    )
    both = firsts.join(exons.select("chrom", "transcript_id", "end"), on=["chrom", "transcript_id", "end"], how="semi")
    chosen = (
        both.filter((pl.col("strand") == ".") | (pl.col("strand") == pl.col("of")))
        .join(lengths, on=["chrom", "transcript_id"])
        .sort("feature_id", "shift", "length", "transcript_id", descending=[False, False, True, False])
        .unique("feature_id", keep="first", maintain_order=True)
    )
    within = chosen.select("feature_id", "chrom", "transcript_id", first="first", last="end", strand="of").join(
        exons.select("chrom", "transcript_id", "start", "end"), on=["chrom", "transcript_id"]
    )
    inside = within.filter((pl.col("start") >= pl.col("first")) & (pl.col("end") <= pl.col("last")))
    columns = ("feature_id", "chrom", "start", "end", "strand", "transcript_id")
    return inside.select(columns).sort("feature_id", "start")


def circrna_sequences(ids: pl.Series, exons: pl.DataFrame, genome: Path, name: str) -> CircrnaSequences:
    """Spliced sequence of every circRNA whose id is a place on the genome.

    Without a transcript that has both ends it is the genomic span, and ``origin`` says so; then spans above
    ``LONGEST_SPAN`` and places without strand are left out. The genome is read once. Raises ``BadInputError`` for a
    genome that is no FASTA (``name`` is for the message).
    """
    places = circrna_places(ids)
    pieces = circrna_exons(places, exons)
    bare = places.join(pieces, on="feature_id", how="anti")
    is_long, is_unstranded = pl.col("end") - pl.col("start") >= LONGEST_SPAN, pl.col("strand") == "."
    long, unstranded = bare.filter(is_long), bare.filter(~is_long & is_unstranded)
    spans = bare.filter(~is_long & ~is_unstranded).with_columns(transcript_id=pl.lit(None, pl.String))
    pieces = pl.concat([pieces, spans.select(pieces.columns)]).sort("feature_id", "start")
    letters = cut(genome, name, pieces)
    known = pieces.with_columns(pl.Series("letters", letters, pl.Binary))
    rows, missing = [], []
    for (feature_id,), parts in known.group_by("feature_id", maintain_order=True):
        if parts["letters"].null_count():
            missing.append(str(feature_id))
            continue
        transcript = parts["transcript_id"][0]
        origin = (
            f"{_exons(parts.height)} of {transcript}" if transcript else "genomic span: no transcript has both ends"
        )
        rows.append((feature_id, spliced(parts["letters"].to_list(), str(parts["strand"][0])), origin))
    every = ids.unique().sort()
    nowhere = every.filter(~every.is_in(places["feature_id"].implode()))
    left_out = {
        "have no coordinates in their ids": nowhere.to_list(),
        "have no transcript with both ends and no strand": unstranded["feature_id"].to_list(),
        f"have no transcript with both ends and span more than {LONGEST_SPAN:,} nt": long["feature_id"].to_list(),
        "lie where the genome has no sequence": missing,
    }
    schema = {"feature_id": pl.String, "sequence": pl.String, "origin": pl.String}
    return CircrnaSequences(pl.DataFrame(rows, schema=schema, orient="row"), {k: v for k, v in left_out.items() if v})


def _exons(count: int) -> str:
    return f"{count} exon{'' if count == 1 else 's'}"
