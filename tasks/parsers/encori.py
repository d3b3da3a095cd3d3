"""ENCORI (starBase): target sites that CLIP or degradome experiments support, from its API or starBase v2's pages."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.target_tables import ASSAY, TABLE, header, pairs, read_targets

_MIRNA, _ID = ("mirnaname", "name"), ("circid", "geneid")
_COLUMNS = (*_MIRNA, "mirnaid", *_ID, "genename", "genetype", "clipexpnum", "degraexpnum", "clipreadnum")
_STARBASE_2 = {"targetscansites", "clipreadnum", "targetsites"}


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the study names it as targets and the header is ENCORI's or starBase v2's."""
    names = set(header(raw))
    is_encori = {"mirnaname", "genename"} <= names and bool({"clipexpnum", "degraexpnum"} & names)
    return context.assay == ASSAY and (is_encori or ({"name", "genename"} <= names and bool(_STARBASE_2 & names)))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the pairs with their sites and the most experiments that support one.

    A row without any experiment (its programs predict it) is ``predicted``. circRNAs go by their circID.
    """
    table = read_targets(raw, _COLUMNS)
    mirna, target = table.column(_MIRNA), table.column(_ID)
    number = {
        name: pl.col(name).cast(pl.Int64, strict=False).fill_null(0) if name in table.names else pl.lit(0)
        for name in ("clipexpnum", "degraexpnum")
    }
    is_old = mirna == "name"  # starBase v2 lists CLIP-supported pairs only
    pair = [pl.col(mirna or ""), pl.col(target or "genename")]
    rows = table.frame.with_columns(
        number["clipexpnum"].alias("clip").max().over(pair), number["degraexpnum"].alias("degradome").max().over(pair)
    )
    clip = pl.when(pl.col("clip") > 0).then(pl.format("CLIP experiments: {}", "clip"))
    degradome = pl.when(pl.col("degradome") > 0).then(pl.format("degradome experiments: {}", "degradome"))
    evidence = pl.concat_str(clip, degradome, separator="; ", ignore_nulls=True).replace("", "predicted sites")
    circles = pl.lit("circRNA") if target == "circid" else pl.lit(None, pl.String)
    found, problems = pairs(
        rows.select(
            pl.col(mirna or "").alias("mirna"),
            (pl.col(target) if target else pl.lit(None, pl.String)).alias("target_id"),
            pl.col("genename").alias("target_symbol"),
            (pl.col("genetype") if "genetype" in rows and target != "circid" else circles).alias("biotype"),
            pl.lit("starBase" if is_old else "ENCORI").alias("source"),
            (pl.lit("CLIP") if is_old else evidence).alias("evidence"),
        ),
        raw,
        context.study.config,
        are_sites=not is_old,
    )
    return Parsed({TABLE: found}, tuple(problems))


PARSER = Parser(
    name="encori",
    version="2",
    product="ENCORI (starBase)",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=("organism",),
)
