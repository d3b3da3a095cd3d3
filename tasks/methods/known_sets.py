"""Gene sets as a study knows them: which of their genes it has, and what that does to enrichment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from scipy import stats

from schemas.errors import Problem, warning
from tasks.methods.gene_lists import GeneList
from tasks.methods.gene_units import named_genes
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted
from tasks.methods.term_figures import TIERS

NO_SETS = "study.yaml names no gene sets (enrichment.gene_sets); `benchlake gene-sets` makes those of GO"
FEW = 0.1  # share of a collection's genes (or of the study's, where fewer): below it names are of another kind
_SHOWN = 3  # groups of untested lists that a warning names
_BIASED = 1e-3  # p-value of a list's share of annotated genes


def known_sets(sets: pl.DataFrame, known: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``core.gene_sets`` with ``gene`` (of ``known``, null where none is meant) and ``gene_set_hash``.

    ``known``: feature_id and gene of all genes that count (``gene_units``).
    """
    names = named_genes(sets["symbol"], known, aliases)
    return sets.rename({"object_id": "gene_set_hash"}).join(names, left_on="symbol", right_on="name", how="left")


def few_known(sets: pl.DataFrame, gene_count: int) -> list[Problem]:
    """A warning for each collection that shares hardly a gene with the study's ``gene_count`` genes.

    ``sets``: collection, symbol, gene. A collection may be small, and so may a panel of genes: the share is of the
    fewer of both.
    """
    found = []
    genes = sets.unique(["collection", "symbol"]).group_by("collection").agg(
        pl.len(), known=pl.col("gene").is_not_null().sum()
    )  # fmt: skip
    for name, count, known in genes.sort("collection").iter_rows():
        if known < FEW * min(count, gene_count):
            message = (
                f"of {counted(count, 'gene')} of the collection {counted(known, 'is a gene', 'are genes')} of the "
            )
            message += f"study, which has {gene_count:,}"
            remedy = "Take gene sets of the study's organism with symbols; name annotation.features if ids have none."
            found.append(warning("study.yaml", f"key enrichment.gene_sets.{name}", "few_known_genes", message, remedy))
    return found


def annotation_bias(lists: Mapping[str, GeneList], sets: pl.DataFrame) -> list[Problem]:
    """A warning for each collection that knows more of a list than of what it was drawn from, naming the contrasts.

    ``lists``: changed genes by contrast. Genes that are no protein's, in no set, are seldom changed: against them every
    large set comes out. One-sided hypergeometric test of a list's annotated genes.
    """
    found = []
    for (name,), part in sets.drop_nulls("gene").sort("collection").group_by(["collection"], maintain_order=True):
        genes = part["gene"].implode()
        biased = []
        for contrast, one in lists.items():
            background, own = (int(side.is_in(genes).sum()) for side in (one.background, one.genes))
            pvalue = stats.hypergeom.sf(own - 1, len(one.background), background, len(one.genes))
            if pvalue < _BIASED:
                biased.append(
                    f"{own:,} of {counted(len(one.genes), 'changed gene')} ({own / len(one.genes):.0%}) but only "
                    f"{background:,} of {len(one.background):,} tested ones ({background / len(one.background):.0%}) "
                    f"in {contrast}"
                )
        if biased:
            message = f"{name} knows {'; '.join(biased)}: general terms come out for that alone"
            remedy = "Set enrichment.background: annotated in study.yaml to test among genes that the collection knows."
            found.append(warning("study.yaml", "key enrichment.background", "annotation_bias", message, remedy))
    return found


def untested(lists: Sequence[tuple[GeneList, str]], limits: tuple[int, int], place: str) -> list[Problem]:
    """A warning that names the lists whose background holds no set of a collection to test: they have no row.

    ``lists``: of ``enrichment.without_sets``, each with the collection.
    """
    if not lists:
        return []
    names: dict[tuple[str, str, int], list[str]] = {}
    for one, collection in lists:
        names.setdefault((_evidence(one), collection, len(one.background)), []).append(one.name)
    alike: dict[tuple[str, tuple[str, ...], int], list[str]] = {}
    for (evidence, collection, size), found in names.items():
        alike.setdefault((evidence, tuple(found), size), []).append(collection)
    told = [
        f"{several(found)}{evidence} in {several(collections)}, of a background of {counted(size, 'gene')}"
        for (evidence, found, size), collections in alike.items()
    ]
    rest = f"; and {len(told) - _SHOWN} more backgrounds" if len(told) > _SHOWN + 1 else ""
    message = (
        f"not tested, as their background holds no set of {limits[0]} to {limits[1]} genes (enrichment.size) that "
    )
    message += f"is no heading: {'; '.join(told[:_SHOWN] if rest else told)}{rest}"
    remedy = (
        "Nothing is to be done, unless other sets are meant: change enrichment.size, name a collection of narrower "
    )
    remedy += "sets, or add evidence of targets."
    return [warning("study.yaml", place, "list_not_tested", message, remedy)]


def empty_lists(lists: Sequence[GeneList], place: str) -> list[Problem]:
    """A warning that names the lists without a gene, which have no row, where others have some."""
    bare = [one for one in lists if not len(one.genes)]
    if not bare or len(bare) == len(lists):
        return []
    names: dict[str, list[str]] = {}
    for one in bare:
        names.setdefault(_evidence(one), []).append(one.name)
    told = "; ".join(f"{several(found)}{evidence}" for evidence, found in names.items())
    message = f"no gene is in {counted(len(bare), 'list')}, of which there are no terms: {told}"
    remedy = "Nothing is to be done; what counts as changed is set by expression.fold_change and expression.fdr."
    return [warning("study.yaml", place, "list_empty", message, remedy)]


def _evidence(one: GeneList) -> str:
    return f" ({TIERS[one.tier]})" if one.tier else ""
