"""Gene lists that a study names, as lists that can be tested: with the background that each declares."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.errors import Problem, warning
from tasks.methods.gene_lists import ANNOTATED, CHANGED, CHANGED_SUFFIX, TESTED, GeneList
from tasks.methods.gene_units import named_genes
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted

NOT_IN_STUDY, NOT_IN_BACKGROUND = "not_in_study", "not_in_background"


@dataclass(frozen=True)
class Names:
    """Genes that count (feature_id, gene) and ``core.gene_aliases``, by which names are looked up."""

    units: pl.DataFrame
    aliases: pl.DataFrame

    def genes_of(self, symbols: pl.Series) -> pl.DataFrame:
        """What each name means: symbol, gene (null where it means none); a name of several genes has several rows."""
        names = named_genes(symbols, self.units, self.aliases)
        table = pl.DataFrame({"symbol": symbols.unique().sort()}, schema={"symbol": pl.String})
        return table.join(names, left_on="symbol", right_on="name", how="left", maintain_order="left")


@dataclass(frozen=True)
class NamedList:
    """What is tested of a named list, and what each of its genes is: symbol, gene, direction, na_reason."""

    lists: list[GeneList]
    genes: pl.DataFrame


def known_genes(units: pl.DataFrame, names: pl.Series, aliases: pl.DataFrame) -> pl.DataFrame:
    """``units`` (feature_id, gene) and the ``names`` that mean none of them, as genes of their own."""
    found = named_genes(names, units, aliases)["name"]
    others = names.unique().drop_nulls().sort().rename("gene")
    others = others.filter(~others.is_in(found.implode()))
    return pl.concat([units, pl.DataFrame({"feature_id": others, "gene": others})])


def contrast_list(
    name: str, drawn_from: str, members: pl.DataFrame, tests: pl.DataFrame, sets: pl.DataFrame, about: Names
) -> NamedList:
    """The genes of a list that a contrast changed (``NAME_changed``); where drawn from tested genes, the list itself.

    ``members``: symbol and role (``genes`` or ``background``) of ``core.gene_lists``; ``tests``: rows of
    ``result.differential_expression`` of the contrast by one method; ``sets``: of ``known_sets``. The background are
    tested genes, of a file's those that were tested.
    """
    tested = tests.filter(pl.col("pvalue").is_not_null(), library="gene").join(about.units, on="feature_id")
    first = pl.col("direction").filter(CHANGED).first()  # of several features the most significant one that changed
    ordered = tested.sort("pvalue", "feature_id")
    changes = ordered.group_by("gene", maintain_order=True).agg(direction=pl.coalesce(first, pl.lit("ns")))
    background = changes["gene"].sort()
    if drawn_from not in (TESTED, ANNOTATED):
        allowed = about.genes_of(members.filter(role="background")["symbol"])["gene"]
        background = background.filter(background.is_in(allowed.implode()))
    listed = about.genes_of(members.filter(role="genes")["symbol"])
    genes = _explained(listed, background, drawn_from, sets).join(changes, on="gene", how="left", maintain_order="left")
    inside = genes.filter(pl.col("na_reason").is_null())
    changed = _list(f"{name}{CHANGED_SUFFIX}", inside.filter(CHANGED), background, drawn_from)
    whole = [_list(name, inside, background, drawn_from)] if drawn_from == TESTED else []
    return NamedList([*whole, changed], genes)


def whole_list(name: str, drawn_from: str, members: pl.DataFrame, sets: pl.DataFrame, about: Names) -> NamedList:
    """The list itself against a background that no contrast makes: the genes of the collection, or those of a file.

    Genes count whether the study has them or not: ``about`` knows those of the sets and of the background's file too.
    """
    background = about.units["gene"].unique().sort()
    if drawn_from != ANNOTATED:
        background = about.genes_of(members.filter(role="background")["symbol"])["gene"].drop_nulls().unique().sort()
    listed = about.genes_of(members.filter(role="genes")["symbol"])
    genes = _explained(listed, background, drawn_from, sets).with_columns(direction=pl.lit(None, pl.String))
    inside = genes.filter(pl.col("na_reason").is_null())
    return NamedList([_list(name, inside, background, drawn_from)], genes)


def left_out(name: str, genes: pl.DataFrame, drawn_from: str, *, is_tested: bool = True) -> list[Problem]:
    """A warning that counts the genes of a list that are not tested, and names the first ones; all are in the table."""
    said = []
    for reason, (one, more) in _words(drawn_from, is_tested=is_tested).items():
        lost = genes.filter(na_reason=reason)["symbol"].unique().sort().to_list()
        said += [f"{counted(len(lost), one, more)} ({several(lost, 5)})"] if lost else []
    if not said:
        return []
    message = f"of {counted(genes['symbol'].n_unique(), 'gene')} of the list {name} {' and '.join(said)}"
    remedy = "Correct their names or name annotation.gene_aliases; result.gene_list_genes lists all of them."
    return [warning("study.yaml", f"key enrichment.lists.{name}", "list_genes_left_out", message, remedy)]


def _words(drawn_from: str, *, is_tested: bool) -> dict[str, tuple[str, str]]:
    """Why genes are not counted, of one gene and of several."""
    found = []
    for be, were in (("is", "was"), ("are", "were")):
        place = {TESTED: [], ANNOTATED: [f"{be} in no gene set"]}.get(drawn_from, [f"{be} not in {drawn_from}"])
        found.append(" or ".join([*[f"{were} not tested"] * is_tested, *place]))
    unknown = ("is no gene of the study", "are no genes of the study")
    if not is_tested:
        unknown = ("is a gene of neither study nor background", "are genes of neither study nor background")
    return {NOT_IN_STUDY: unknown, NOT_IN_BACKGROUND: (found[0], found[1])}


def _explained(listed: pl.DataFrame, background: pl.Series, drawn_from: str, sets: pl.DataFrame) -> pl.DataFrame:
    """Add why a gene is not counted."""
    allowed = background
    if drawn_from == ANNOTATED:
        allowed = background.filter(background.is_in(sets["gene"].drop_nulls().implode()))
    is_unknown, is_outside = pl.col("gene").is_null(), ~pl.col("gene").is_in(allowed.implode())
    reason = pl.when(is_unknown).then(pl.lit(NOT_IN_STUDY)).when(is_outside).then(pl.lit(NOT_IN_BACKGROUND))
    return listed.with_columns(na_reason=reason)


def _list(name: str, inside: pl.DataFrame, background: pl.Series, drawn_from: str) -> GeneList:
    return GeneList(name, inside["gene"].unique().sort(), background, drawn_from)
