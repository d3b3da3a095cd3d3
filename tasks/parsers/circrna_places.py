"""The study's circRNAs by their places on the genome: their sequences, and the miRNA sites in them."""

from __future__ import annotations

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.circrna_lists import HEADER, listed_circrnas
from tasks.methods.circrna_sequences import CircrnaSequences, circrna_sequences
from tasks.methods.predicted_targets import SITES, predicted_pairs, predicted_sites, study_mirnas
from tasks.methods.problem_lists import several
from tasks.methods.target_tables import ASSAY, TABLE
from tasks.methods.transcript_exons import read_exons

_MOST = 0.5  # share of circRNAs outside the genome above which it is another one


def claims(raw: RawFile, context: Context) -> bool:
    """Whether it is the list of circRNAs that a study with a genome makes itself."""
    return context.assay == ASSAY and raw.head.startswith(HEADER.encode())


def parse(raw: RawFile, context: Context) -> Parsed:
    """Find the sites of every mature miRNA of the study's species in every circle; all pairs are ``predicted``.

    The circles are spliced from annotation.genome by annotation.gtf. Raises ``BadInputError`` where one of the three
    files is missing or unreadable, and for a genome that does not hold most of the circRNAs.
    """
    genome, gtf = (context.references.get(key) for key in ("genome", "gtf"))
    if genome is None or gtf is None:
        message = "the sequences of circRNAs need a genome and its transcripts"
        raise bad_input(raw.name, "", "no_genome", message, "Name annotation.genome and annotation.gtf.")
    mirnas = study_mirnas(raw, context)
    ids = listed_circrnas(raw.content)
    found = circrna_sequences(ids, read_exons(gtf), genome.path, genome.name)
    _refuse_other_genome(raw, ids, found, genome.name)
    names = found.rows["feature_id"].to_list()
    sequences, types = found.rows["sequence"].to_list(), context.study.config.cerna.site_types
    sites = predicted_sites(mirnas, names, sequences, [True] * len(names), types)
    origins = found.rows.select("origin", target_id="feature_id")
    return Parsed({TABLE: predicted_pairs(sites, names, origins)}, _told(raw, found), derived={SITES: sites})


def _refuse_other_genome(raw: RawFile, ids: pl.Series, found: CircrnaSequences, genome: str) -> None:
    outside = found.left_out.get("lie where the genome has no sequence", [])
    if len(outside) > _MOST * len(ids):
        message = f"{len(outside):,} of {len(ids):,} circRNAs lie where {genome} has no sequence ({several(outside)})"
        remedy = "Name the genome that the circRNAs were called on; its chromosomes may have other names."
        raise bad_input(raw.name, "", "other_genome", message, remedy, outside[0])


def _told(raw: RawFile, found: CircrnaSequences) -> tuple[Problem, ...]:
    remedy = "Their sites are not predicted; name their sequences under cerna.sequences if they matter."
    told = [
        warning(raw.name, "", "no_circle", f"{len(names):,} circRNAs {why} ({several(names)})", remedy, names[0])
        for why, names in found.left_out.items()
    ]
    spans = found.rows.filter(pl.col("origin").str.starts_with("genomic"))["feature_id"].to_list()
    if spans:
        message = (
            f"no transcript has both ends of {len(spans):,} circRNAs ({several(spans)}): they are searched unspliced"
        )
        look = "Their pairs say `genomic span` as evidence; the annotation may be of another release."
        told.append(warning(raw.name, "", "unspliced_circle", message, look, spans[0]))
    return tuple(told)


PARSER = Parser(
    name="circrna_places",
    version="1",
    product="the study's own list of circRNAs",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    references=("mirna_mature", "genome", "gtf"),
    options=("organism", "cerna.site_types"),
)
