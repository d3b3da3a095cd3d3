from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.go_ontology import IS_A_PART_OF, GoOntology, GoSets, ancestors, go_gene_sets, ontology_of

BP = "BP"
ROOT = ("GO:1", "root", BP)


def annotated(*rows: tuple[str, str, str]) -> pl.DataFrame:
    schema = {"symbol": pl.String, "go_id": pl.String, "evidence": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(is_negated=pl.lit(False))


def ontology(*parents: tuple[str, str, str]) -> GoOntology:
    terms = [ROOT, ("GO:2", "two", BP), ("GO:3", "three", BP), ("GO:4", "four", "MF")]
    return ontology_of(terms, list(parents), replaced={"GO:22": "GO:2"}, obsolete={"GO:8"}, version=None)


CHAIN = ontology(("GO:2", "GO:1", "is_a"), ("GO:3", "GO:2", "regulates"), ("GO:3", "GO:1", "is_a"))


def sets(found: GoSets) -> dict[str, list[str]]:
    return {key: list(value) for key, value in found.rows.group_by("set_id").agg("symbol").iter_rows()}


def test_a_set_has_the_genes_of_the_terms_below_and_the_root_is_none() -> None:
    found = go_gene_sets(annotated(("B", "GO:3", "IDA"), ("A", "GO:2", "IEA"), ("B", "GO:2", "IEA")), CHAIN, "BP")
    assert found.rows.rows() == [("GO:2", "two", "A"), ("GO:2", "two", "B"), ("GO:3", "three", "B")]


def test_what_regulates_a_process_is_no_part_of_it_where_that_is_asked() -> None:
    found = go_gene_sets(annotated(("B", "GO:3", "IDA")), CHAIN, "BP", relations=IS_A_PART_OF)
    assert sets(found) == {"GO:3": ["B"]}


@pytest.mark.parametrize(
    ("chosen", "expected", "left_out"),
    [
        ({"without": ["IEA"]}, {"GO:2": ["B"], "GO:3": ["B"]}, 1),
        ({"evidence": ["IEA"]}, {"GO:2": ["A"]}, 1),
        ({"evidence": ["IDA"], "without": ["IDA"]}, {}, 2),
        ({"evidence": ["ND"]}, {}, 2),
    ],
)
def test_evidence_is_chosen_and_what_it_leaves_out_is_counted(
    chosen: dict[str, list[str]], expected: dict[str, list[str]], left_out: int
) -> None:
    rows = annotated(("B", "GO:3", "IDA"), ("A", "GO:2", "IEA"), ("X", "GO:2", "ND"), ("F", "GO:4", "IEA"))
    found = go_gene_sets(rows, CHAIN, "BP", **chosen)
    assert (sets(found), found.evidence_count) == (expected, left_out)


def test_negated_obsolete_and_unknown_annotations_are_counted_apart() -> None:
    rows = annotated(("A", "GO:22", "IDA"), ("O", "GO:8", "IDA"), ("U", "GO:9", "IDA"), ("U", "GO:99", "IDA"))
    negated = annotated(("N", "GO:2", "IDA")).with_columns(is_negated=pl.lit(True))
    found = go_gene_sets(pl.concat([rows, negated]), CHAIN, "BP")
    assert sets(found) == {"GO:2": ["A"]}
    assert (found.negated_count, found.obsolete_count, found.unknown_count, found.evidence_count) == (1, 1, 2, 0)


def test_no_annotation_and_no_term_of_the_ontology_give_no_set() -> None:
    for which, rows in (("BP", annotated()), ("CC", annotated(("A", "GO:2", "IDA")))):
        found = go_gene_sets(rows, CHAIN, which)  # type: ignore[arg-type]
        assert found.rows.is_empty()
        assert found.rows.columns == ["set_id", "set_name", "symbol"]


def test_a_relation_into_another_ontology_is_not_followed() -> None:
    crossing = ontology(("GO:4", "GO:2", "part_of"), ("GO:2", "GO:1", "is_a"))
    found = go_gene_sets(annotated(("A", "GO:4", "IDA")), crossing, "BP")
    assert found.rows.is_empty()
    assert go_gene_sets(annotated(("A", "GO:4", "IDA")), crossing, "MF").rows.is_empty()  # a root of its own ontology


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=25))
def test_ancestors_are_those_of_a_walk_upwards_circles_included(pairs: list[tuple[int, int]]) -> None:
    ids = pl.Series([f"t{at:02}" for at in range(12)])
    frame = pl.DataFrame(
        {"go_id": [ids[a] for a, _ in pairs], "parent_id": [ids[b] for _, b in pairs]},
        schema={"go_id": pl.String, "parent_id": pl.String},
    )
    found = ancestors(frame, ids).toarray()
    for start in range(12):
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            new = {b for a, b in pairs if a == here} - seen
            seen |= new
            waiting.extend(new)
        assert set(found[start].nonzero()[0].tolist()) == seen
