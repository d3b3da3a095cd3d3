"""Gene sets of the Gene Ontology: every gene of a term and of what lies below it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy import sparse

Ontology = Literal["BP", "MF", "CC"]
NO_DATA = "ND"  # evidence that says nothing is known of a gene: always with the root
IS_A_PART_OF = ("is_a", "part_of")
REGULATES = ("regulates", "positively_regulates", "negatively_regulates")
EVIDENCE = (  # geneontology.org/docs/guide-go-evidence-codes
    "EXP", "IDA", "IPI", "IMP", "IGI", "IEP", "HTP", "HDA", "HMP", "HGI", "HEP", "IBA", "IBD", "IKR", "IRD", "ISS",
    "ISO", "ISA", "ISM", "IGC", "RCA", "TAS", "NAS", "IC", "ND", "IEA",
)  # fmt: skip
_TERMS = {"go_id": pl.String, "term": pl.String, "ontology": pl.String}
_PARENTS = {"go_id": pl.String, "parent_id": pl.String, "relation": pl.String}


@dataclass(frozen=True)
class GoOntology:
    """Terms and what lies above them.

    ``terms``: go_id, term, ontology (BP, MF, CC), the obsolete left out. ``parents``: go_id, parent_id, relation
    (``is_a``, ``part_of``, …). ``replaced``: the term that an alternative id, or an obsolete term with one successor,
    now means. ``obsolete``: ids of terms without a successor.
    """

    terms: pl.DataFrame
    parents: pl.DataFrame
    replaced: dict[str, str]
    obsolete: frozenset[str]
    version: str | None


@dataclass(frozen=True)
class GoSets:
    """Rows of set_id, set_name and symbol, sorted and each once; annotations that were left out, by why.

    ``evidence_count`` is of the ontology asked for, the others of all annotations.
    """

    rows: pl.DataFrame
    negated_count: int
    evidence_count: int
    obsolete_count: int
    unknown_count: int


def ontology_of(
    terms: list[tuple[str, str, str]],
    parents: list[tuple[str, str, str]],
    *,
    replaced: dict[str, str],
    obsolete: Collection[str],
    version: str | None,
) -> GoOntology:
    """Build the ontology from rows as ``GoOntology`` has them."""
    return GoOntology(
        pl.DataFrame(terms, schema=_TERMS, orient="row"),
        pl.DataFrame(parents, schema=_PARENTS, orient="row"),
        replaced,
        frozenset(obsolete),
        version,
    )


def go_gene_sets(
    annotations: pl.DataFrame,
    ontology: GoOntology,
    which: Ontology,
    *,
    evidence: Collection[str] = (),
    without: Collection[str] = (),
    relations: Collection[str] = (*IS_A_PART_OF, *REGULATES),
) -> GoSets:
    """Genes of each term of one ontology, those of its descendants included.

    ``annotations``: symbol, go_id, evidence, is_negated. Negated ones (``NOT``) are left out, and so is evidence
    ``without`` or, where ``evidence`` names any, other than that; ``ND`` never counts. A relation between terms of
    different ontologies is not followed, as in GO.db's offspring tables. Roots (terms without a parent) hold every
    gene and are no set, terms without a gene neither.

    Ashburner et al. 2000, doi:10.1038/75556
    """
    said = annotations.filter(~pl.col("is_negated") & (pl.col("evidence") != NO_DATA))
    known = said.with_columns(pl.col("go_id").replace(ontology.replaced)).join(ontology.terms, on="go_id", how="left")
    lost = known.filter(pl.col("term").is_null())
    obsolete = int(lost["go_id"].is_in(list(ontology.obsolete)).sum())
    within = known.filter(ontology=which)
    kept = within.filter(~pl.col("evidence").is_in(list(without)))
    kept = kept.filter(pl.col("evidence").is_in(list(evidence))) if evidence else kept
    terms = ontology.terms.filter(ontology=which).sort("go_id")
    return GoSets(
        _with_ancestors(kept.select("symbol", "go_id").unique(), terms, ontology, relations),
        int(annotations["is_negated"].sum()),
        within.height - kept.height,
        obsolete,
        lost.height - obsolete,
    )


def ancestors(parents: pl.DataFrame, ids: pl.Series) -> sparse.csr_array:
    """Square matrix of ``ids``: 1 where the column is the row or lies anywhere above it.

    ``parents``: go_id, parent_id; pairs with an id that is not among ``ids`` are not followed.
    """
    place = pl.DataFrame({"id": ids, "at": np.arange(len(ids))})
    found = parents.join(place, left_on="go_id", right_on="id").join(
        place, left_on="parent_id", right_on="id", suffix="_parent"
    )
    size = len(ids)
    ones = np.ones(found.height, dtype=np.int32)
    step = sparse.csr_array((ones, (found["at"].to_numpy(), found["at_parent"].to_numpy())), shape=(size, size))
    above = _once(step + sparse.eye_array(size, dtype=np.int32, format="csr"))
    while (further := _once(above @ above)).nnz > above.nnz:  # twice as far each time
        above = further
    return above


def _with_ancestors(
    annotated: pl.DataFrame, terms: pl.DataFrame, ontology: GoOntology, relations: Collection[str]
) -> pl.DataFrame:
    """Rows of set_id, set_name, symbol from symbol and go_id."""
    above = ancestors(ontology.parents.filter(pl.col("relation").is_in(list(relations))), terms["go_id"])
    symbols = annotated["symbol"].unique().sort()
    genes = annotated["symbol"].cast(pl.Enum(symbols)).to_physical().to_numpy()
    at = terms["go_id"].search_sorted(annotated["go_id"]).to_numpy()
    shape = (len(symbols), terms.height)
    members = (sparse.csr_array((np.ones(len(genes), dtype=np.int32), (genes, at)), shape=shape) @ above).tocoo()
    is_root = np.diff(above.indptr) == 1  # nothing but itself
    gene, term = (at[~is_root[members.coords[1]]] for at in members.coords)
    columns = {"set_id": terms["go_id"][term], "set_name": terms["term"][term], "symbol": symbols[gene]}
    return pl.DataFrame(columns).sort("set_id", "symbol")


def _once(matrix: sparse.csr_array) -> sparse.csr_array:
    matrix.data[:] = 1
    return matrix
