from __future__ import annotations

import polars as pl
import pytest

from schemas.base import tables
from schemas.polars_schema import conform, schema
from schemas.study import Study
from tasks.analyses.gsea import ANALYSIS, LISTS, SETS, TABLE, TESTS
from tasks.contracts import Computed

GENES = [f"G{i}" for i in range(60)]
MEMBERS = {"high": GENES[:9], "low": GENES[50:58], "small": GENES[:2]}


def study(test: str = "wald", **options: object) -> Study:
    config = {
        "study_id": "s",
        "conditions": [{"id": "a"}, {"id": "b"}],
        "enrichment": {
            "gene_sets": {"C": "c.gmt"},
            "size": "3-30",
            "methods": ["gsea"],
            "permutations": 200,
            **options,
        },
    }
    contrast = {"id": "b_a", "variable": "condition", "reference": "a", "target": "b", "blocking": (), "test": test}
    return Study.model_validate({"config": config, "samples": (), "contrasts": (contrast,)})


def frames() -> dict[str, pl.DataFrame]:
    about = {"contrast_id": "b_a", "library": "gene", "method": "deseq2", "pvalue": 0.1}
    rows = {
        TESTS: [{**about, "feature_id": f"E{i}", "stat": 3 - i * 0.1} for i in range(60)],
        "core.features": [{"library": "gene", "feature_id": f"E{i}", "symbol": GENES[i]} for i in range(60)],
        SETS: [
            {"object_id": "f" * 64, "collection": "C", "set_id": name, "set_name": f"{name}!", "symbol": gene}
            for name, genes in MEMBERS.items()
            for gene in genes
        ],
    }
    found = {n: pl.DataFrame(rows.get(n, []), schema=schema(tables()[n]), orient="row") for n in ANALYSIS.reads}
    for name in (SETS, LISTS):
        found[name] = found[name].with_columns(is_excluded=pl.lit(value=False))
    return found


def run(given: dict[str, pl.DataFrame], **options: object) -> Computed:
    (part,) = ANALYSIS.parts(study(**options), given)  # type: ignore[arg-type]
    assert part.skip is None
    return ANALYSIS.run(part, given)


def test_a_contrast_has_a_row_for_every_set_within_the_limits() -> None:
    done = run(frames())
    assert done.problems == ()
    rows = done.frames[TABLE]
    whole = conform(rows, tables()[TABLE], {"study_id": "s", "run_id": "r"})
    assert not whole.select(tables()[TABLE].key).is_duplicated().any()
    assert rows["term_id"].to_list() == ["high", "low"]
    assert set(rows["contrast_id"]) == {"b_a"}
    assert (rows["es"][0], rows["es"][1]) == (pytest.approx(1), pytest.approx(-50 / 52))
    assert rows["term"].to_list() == ["high!", "low!"]
    assert rows["background_size"].to_list() == [60, 60]
    assert rows["pvalue"].max() < 0.05  # type: ignore[operator]


def test_it_runs_where_it_is_asked_for_and_says_why_it_cannot() -> None:
    given = frames()
    assert ANALYSIS.parts(study(methods=["ora"]), given) == []
    (unnamed,) = ANALYSIS.parts(study(gene_sets={}), given | {SETS: given[SETS].clear()})
    assert "names no gene sets" in (unnamed.skip or "")
    (part,) = ANALYSIS.parts(study(), given | {SETS: given[SETS].clear()})
    assert "no gene set was loaded from c.gmt" in (part.skip or "")
    (part,) = ANALYSIS.parts(study(test="lrt"), given)
    assert "needs a statistic with a sign" in (part.skip or "")
    circles = given[TESTS].with_columns(library=pl.lit("circrna", dtype=given[TESTS].schema["library"]))
    assert ANALYSIS.parts(study(), given | {TESTS: circles}) == []


def test_named_lists_are_tested_as_sets_also_where_no_collection_is_named() -> None:
    given = frames()
    about = {"object_id": "a" * 64, "role": "genes"}
    rows = [{**about, "gene_list": "own", "symbol": gene} for gene in GENES[:40]]
    rows.append({**about, "gene_list": "lost", "symbol": "X"})
    lists = pl.DataFrame(rows, schema=schema(tables()[LISTS]), orient="row").with_columns(
        is_excluded=pl.lit(value=False)
    )
    for sets in (given[SETS], given[SETS].clear()):
        done = run(given | {LISTS: lists, SETS: sets})
        found = done.frames[TABLE].filter(collection="enrichment.lists")
        (told,) = [problem for problem in done.problems if problem.rule == "list_not_ranked"]
        assert "small_list" not in {problem.rule for problem in done.problems}
        assert "no gene of the list lost was tested in b_a" in told.message
        assert found.select("contrast_id", "term_id", "set_size", "family_size").rows() == [("b_a", "own", 40, 1)]


def test_lists_of_fewer_genes_than_a_set_must_have_are_ranked_with_a_caution() -> None:
    given = frames()
    rows = [
        {"object_id": "a" * 64, "role": "genes", "gene_list": name, "symbol": gene}
        for name, genes in {"pair": GENES[:2], "one": GENES[:1], "enough": GENES[:3]}.items()
        for gene in genes
    ]
    lists = pl.DataFrame(rows, schema=schema(tables()[LISTS]), orient="row")
    done = run(given | {LISTS: lists.with_columns(is_excluded=pl.lit(value=False))})
    assert done.frames[TABLE].filter(collection="enrichment.lists")["nes"].len() == 3
    (told,) = done.problems
    assert told.rule == "small_list"
    assert "fewer than 3 genes (enrichment.size) are ranked in b_a of one (1 gene), pair (2 genes): NES" in told.message


def test_sets_of_other_names_and_of_other_sizes_are_told() -> None:
    given = frames()
    other = given | {SETS: given[SETS].with_columns(symbol=pl.lit("mmu") + pl.col("symbol"))}
    assert [p.rule for p in run(other).problems] == ["few_known_genes", "no_ranked_set"]
    assert [p.rule for p in run(other, methods=["ora", "gsea"]).problems] == ["no_ranked_set"]  # ora tells the former
    tiny = given[SETS].filter(set_id="small").with_columns(collection=pl.lit("D"))
    (told,) = run(given | {SETS: pl.concat([given[SETS], tiny])}).problems
    assert (told.rule, "no set of D has as many ranked genes" in told.message) == ("no_ranked_set", True)
    done = run(given, size="20-30")
    assert done.frames[TABLE].is_empty()
    assert "as many of the 60 ranked genes" in done.problems[0].message


def test_too_few_permutations_for_so_many_sets_are_told() -> None:
    given = frames()
    more = [
        {"set_id": f"n{i}", "set_name": f"n{i}", "symbol": GENES[(7 * i + 11 * k) % 60]}
        for i in range(150)
        for k in range(5)
    ]
    about = {"object_id": "f" * 64, "collection": "C", "is_excluded": False}
    rows = pl.DataFrame([about | row for row in more]).select(
        pl.col(n).cast(t) for n, t in given[SETS].schema.items() if n in {*about, *more[0]}
    )
    given[SETS] = pl.concat([given[SETS], rows], how="diagonal")
    (told,) = run(given).problems
    assert told.rule == "few_permutations"
    assert "no set of C has FDR < 0.05" in told.message
    assert "enrichment.permutations to 2000" in told.remedy
