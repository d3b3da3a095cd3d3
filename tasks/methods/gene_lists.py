"""Gene lists of a contrast, each with the background that it could have been drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

import polars as pl

from schemas.vocabulary import EvidenceTier
from tasks.methods.cerna_network import network_nodes, tie_words, tied_hubs
from tasks.methods.feature_ids import unversioned

CHANGED = pl.col("direction") != "ns"
TESTED, ANNOTATED = "tested", "annotated"
OWN_LISTS = ("all", "up", "down", "hubs", "cerna_mrnas", "mirna_targets", "circrna_hosts", "shared", "ranking")
CHANGED_SUFFIX = "_changed"  # of a named list: its changed genes
BACKGROUND_REMEDY = (
    "Add background: tested (genes that the contrast tested), annotated (genes of the collection) or a file of genes."
)


@dataclass(frozen=True)
class GeneList:
    """Genes (of ``gene_units``), each once; ``background`` holds them and all that could have been among them.

    ``drawn_from`` says which these are: ``tested`` ones, ``annotated`` ones (of these, in each collection, the genes
    that it knows), or a file of genes. ``tier`` is that of lists that rest on miRNA-target pairs: pairs of this tier
    and stronger ones made both list and background. ``tie``: of a list of hubs, among which equal genes the alphabet
    chose (``1 of 3 mRNAs of degree 2``); empty where it chose none.
    """

    name: str
    genes: pl.Series
    background: pl.Series
    drawn_from: str = TESTED
    tier: EvidenceTier | None = None
    tie: str = ""


def changed_lists(tests: pl.DataFrame, units: pl.DataFrame) -> list[GeneList]:
    """``all``, ``up`` and ``down``: changed genes; the background are the tested ones (with a p-value).

    ``tests``: rows of ``result.differential_expression`` of one contrast and method. A gene whose features go both
    ways is in both lists.
    """
    tested = tests.filter(pl.col("pvalue").is_not_null(), library="gene").join(units, on="feature_id")
    chosen = {"all": CHANGED, "up": pl.col("direction") == "up", "down": pl.col("direction") == "down"}
    return [_list(name, tested.filter(kept), tested) for name, kept in chosen.items()]


def target_lists(
    tests: pl.DataFrame, edges: pl.DataFrame, triplets: pl.DataFrame, units: pl.DataFrame, hubs: int
) -> list[GeneList]:
    """``mirna_targets``, ``cerna_mrnas`` and ``hubs`` of each tier of evidence that ``edges`` have.

    ``edges``: mirna_id, target_id and tier of the study's target tables; ``triplets``: rows of
    ``result.cerna_triplets`` of the contrast. Only pairs of the tier and stronger ones count: the background are tested
    mRNAs that a tested miRNA targets, ``mirna_targets`` those that a changed miRNA does, changed or not,
    ``cerna_mrnas`` those of the network of consistent triplets, ``hubs`` the ``hubs`` first of them in that network. A
    tier whose pairs add nothing to list and background of a stronger one has no list of its own.
    """
    tested = tests.filter(pl.col("pvalue").is_not_null())
    mirnas = tested.filter(library="mirna").select("feature_id", "direction")
    usable = edges.join(mirnas, left_on="mirna_id", right_on="feature_id")
    mrnas = tested.filter(library="gene", rna_class="mrna").join(units, on="feature_id")
    tiers = get_args(EvidenceTier)
    found: list[GeneList] = []
    for level, tier in enumerate(tiers):
        if edges.filter(tier=tier).is_empty():
            continue
        reached = pl.col("tier").is_in(tiers[: level + 1])
        pairs = usable.filter(reached)
        network = network_nodes(triplets.filter(reached), hubs).filter(rna_class="mrna")
        tie = ", ".join(tie_words(row) for row in tied_hubs(network).iter_rows())
        background = mrnas.filter(pl.col("feature_id").is_in(pairs["target_id"].implode()))
        members = {
            "mirna_targets": pairs.filter(CHANGED)["target_id"],
            "cerna_mrnas": network["feature_id"],
            "hubs": network.filter("is_hub")["feature_id"],
        }
        for name, features in members.items():
            kept = background.filter(pl.col("feature_id").is_in(features.implode()))
            one = replace(_list(name, kept, background), tier=tier, tie=tie if name == "hubs" else "")
            earlier = [other for other in found if other.name == name]
            if not any(one.genes.equals(o.genes) and one.background.equals(o.background) for o in earlier[-1:]):
                found.append(one)
    return found


def host_list(tests: pl.DataFrame, features: pl.DataFrame, units: pl.DataFrame) -> GeneList:
    """``circrna_hosts``: host genes of changed circRNAs; the background are genes with a detected circRNA.

    ``features``: rows of ``core.features``. A host that is not counted as a gene goes by its symbol, else its id; of
    a circRNA with several hosts each counts.
    """
    detected = tests.filter(pl.col("base_mean") > 0, library="circrna")
    hosts = features.filter(library="circrna").select(
        "feature_id",
        *(pl.col(name).str.split(";") for name in ("host_gene_id", "host_gene")),
    )
    by_symbol = hosts.drop_nulls("host_gene").explode("host_gene").select("feature_id", gene="host_gene")
    by_id = hosts.filter(pl.col("host_gene").is_null()).explode("host_gene_id").drop_nulls("host_gene_id")
    loose = units.with_columns(loose=unversioned(units["feature_id"])).unique("loose").select("loose", "gene")
    by_id = by_id.with_columns(loose=unversioned(by_id["host_gene_id"])).join(loose, on="loose", how="left")
    by_id = by_id.select("feature_id", gene=pl.coalesce("gene", "loose"))
    found = detected.join(pl.concat([by_symbol, by_id]).with_columns(pl.col("gene").str.strip_chars()), on="feature_id")
    return _list("circrna_hosts", found.filter(CHANGED), found)


def shared_list(overlaps: pl.DataFrame, tests: pl.DataFrame, units: pl.DataFrame) -> GeneList:
    """``shared``: genes changed consistently in several contrasts; the background are those tested in several.

    ``overlaps``: rows of ``result.expression_overlaps``; ``tests``: of all contrasts by the primary method.
    """
    tested = tests.filter(pl.col("pvalue").is_not_null(), library="gene")
    several = tested.group_by("feature_id").agg(pl.col("contrast_id").n_unique()).filter(pl.col("contrast_id") > 1)
    background = several.join(units, on="feature_id")
    consistent = overlaps.filter("is_consistent", library="gene")
    return _list("shared", background.join(consistent, on="feature_id", how="semi"), background)


def _list(name: str, members: pl.DataFrame, background: pl.DataFrame) -> GeneList:
    return GeneList(name, members["gene"].unique().sort(), background["gene"].unique().sort())
