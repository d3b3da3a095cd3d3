from __future__ import annotations

import polars as pl
import pytest
from scipy import stats

from schemas.base import tables
from schemas.polars_schema import conform, schema
from schemas.study import Study
from tasks.analyses.named_lists import ANALYSIS, GENES, LISTS, SETS, TABLE
from tasks.contracts import Computed, Part
from tasks.methods.cerna_inputs import TESTS

NAMES = [f"G{i}" for i in range(60)]
MEMBERS = {"hit": NAMES[:8], "miss": NAMES[40:52], "far": ["X1", "X2", "X3", "X4"]}
LISTED = ["g0", "G1", "G2", "G3", "G30", "X1", "X2", "NOSUCH"]
FLAGGED = {SETS, LISTS}


def study(background: str | None = "tested", **options: object) -> Study:
    lists = {"apoptosis": {"genes": "reference/a.txt", "background": background}}
    enrichment = {"gene_sets": {"C": "c.gmt"}, "size": "3-30", "lists": lists, **options}
    config = {"study_id": "s", "conditions": [{"id": "a"}, {"id": "b"}], "enrichment": enrichment}
    contrast = {"id": "b_a", "variable": "condition", "reference": "a", "target": "b", "blocking": ()}
    return Study.model_validate({"config": config, "samples": (), "contrasts": (contrast,)})


def frames(changed: int = 5, background: list[str] | None = None) -> dict[str, pl.DataFrame]:
    about = {"contrast_id": "b_a", "library": "gene", "method": "deseq2", "rna_class": "mrna"}
    tests = [
        {**about, "feature_id": f"E{i}", "pvalue": 0.01, "direction": "up" if i < changed else "ns"} for i in range(60)
    ]
    roles = [("genes", LISTED), ("background", background or [])]
    rows = {
        TESTS: tests,
        "core.features": [{"library": "gene", "feature_id": f"E{i}", "symbol": NAMES[i]} for i in range(60)],
        SETS: [
            {"object_id": "f" * 64, "collection": "C", "set_id": name, "set_name": name, "symbol": gene}
            for name, genes in MEMBERS.items()
            for gene in genes
        ],
        LISTS: [
            {"gene_list": "apoptosis", "role": role, "symbol": gene, "line": at}
            for role, genes in roles
            for at, gene in enumerate(genes, 1)
        ],
    }
    found = {}
    for name in ANALYSIS.reads:
        frame = pl.DataFrame(rows.get(name, []), schema=schema(tables()[name]), orient="row")
        found[name] = frame.with_columns(is_excluded=pl.lit(value=False)) if name in FLAGGED else frame
    return found


def computed(about: Study, given: dict[str, pl.DataFrame]) -> dict[str, Computed]:
    found = {part.key: ANALYSIS.run(part, given) for part in ANALYSIS.parts(about, given)}
    for done in found.values():
        for name in (TABLE, GENES):
            whole = conform(done.frames[name], tables()[name], {"study_id": "s", "run_id": "r"})
            assert not whole.select(tables()[name].key).is_duplicated().any()
    return found


def skipped(about: Study, given: dict[str, pl.DataFrame]) -> str:
    (part,) = ANALYSIS.parts(about, given)
    assert isinstance(part, Part)
    assert part.skip is not None
    return part.skip


def test_a_list_and_its_changed_genes_are_tested_against_tested_genes() -> None:
    (done,) = computed(study(), frames()).values()
    rows = {row["gene_list"]: row for row in done.frames[TABLE].filter(term_id="hit").iter_rows(named=True)}
    whole, changed = rows["apoptosis"], rows["apoptosis_changed"]
    assert (whole["genes"], whole["list_size"], whole["background_size"]) == ("G0;G1;G2;G3", 5, 60)
    assert whole["pvalue"] == pytest.approx(stats.hypergeom.sf(3, 60, 8, 5), rel=1e-12)
    assert (changed["genes"], changed["list_size"]) == ("G0;G1;G2;G3", 4)
    assert changed["pvalue"] == pytest.approx(stats.hypergeom.sf(3, 60, 8, 4), rel=1e-12)
    assert {row["background"] for row in rows.values()} == {"tested"}
    assert done.frames[TABLE]["contrast_id"].unique().to_list() == ["b_a"]
    (told,) = done.problems
    assert "of 8 genes of the list apoptosis 3 are no genes of the study (NOSUCH, X1, X2)" in told.message
    genes = done.frames[GENES].filter(symbol="g0").row(0, named=True)
    assert (genes["gene"], genes["direction"], genes["na_reason"]) == ("G0", "up", None)


def test_a_list_of_which_nothing_changed_is_no_effect() -> None:
    given = frames()
    given[TESTS] = given[TESTS].with_columns(direction=pl.lit("ns"))
    (done,) = computed(study(), given).values()
    assert set(done.frames[TABLE]["gene_list"]) == {"apoptosis"}
    told = {p.rule: p.message for p in done.problems}["list_unchanged"]
    assert "no gene of the list apoptosis is changed in b_a" in told


def test_a_list_drawn_from_annotated_genes_is_tested_once_besides_the_contrasts() -> None:
    done = computed(study("annotated"), frames())
    assert set(done) == {"list apoptosis", "b_a, list apoptosis"}
    whole = done["list apoptosis"].frames[TABLE]
    assert whole["contrast_id"].null_count() == whole.height
    row = whole.filter(term_id="far").row(0, named=True)  # genes that the study lacks count
    assert (row["gene_list"], row["genes"], row["list_size"], row["background_size"]) == ("apoptosis", "X1;X2", 6, 24)
    assert row["pvalue"] == pytest.approx(stats.hypergeom.sf(1, 24, 4, 6), rel=1e-12)
    changed = done["b_a, list apoptosis"].frames[TABLE].filter(term_id="hit").row(0, named=True)
    assert (changed["gene_list"], changed["list_size"], changed["background_size"]) == ("apoptosis_changed", 4, 20)


def test_a_list_drawn_from_a_file_is_tested_against_its_genes() -> None:
    done = computed(study("reference/b.txt"), frames(background=[*NAMES[:20], "X1", "X3", "X4", "ELSE"]))
    row = done["list apoptosis"].frames[TABLE].filter(term_id="hit").row(0, named=True)
    assert (row["background"], row["list_size"], row["background_size"]) == ("reference/b.txt", 5, 24)
    changed = done["b_a, list apoptosis"].frames[TABLE].row(0, named=True)
    assert (changed["list_size"], changed["background_size"]) == (4, 20)
    (told,) = done["list apoptosis"].problems
    assert "2 are not in reference/b.txt (G30, X2)" in told.message


def test_a_list_without_a_background_is_refused_and_the_others_go_on() -> None:
    given = frames()
    reason = skipped(study(None), given)
    assert reason.startswith("background_missing: the list apoptosis names no background.")
    assert reason.endswith("Until then result.gene_list_genes has none of its genes")
    assert "name it under enrichment.lists" in skipped(study(lists={}), given)
    lists = {"apoptosis": {"genes": "a.txt", "background": "tested"}, "other": {"genes": "b.txt"}}
    parts = ANALYSIS.parts(study(lists=lists), given)
    assert [(part.key, part.skip is None) for part in parts] == [("b_a, list apoptosis", True), ("list other", False)]


def test_what_a_list_lacks_is_a_reason() -> None:
    given = frames()
    assert "no gene set was loaded from c.gmt" in skipped(study(), given | {SETS: given[SETS].clear()})
    assert "no gene set is named" in skipped(study(gene_sets={}), given | {SETS: given[SETS].clear()})
    assert "no gene was loaded from reference/a.txt" in skipped(study(), given | {LISTS: given[LISTS].clear()})
    assert "no gene was loaded from b.txt (enrichment.lists.apoptosis.background)" in skipped(study("b.txt"), given)
    assert "no contrast has any" in skipped(study(), given | {TESTS: given[TESTS].clear()})
    assert "gsea alone" in skipped(study(methods=["gsea"]), given)
    assert ANALYSIS.parts(study(lists={}), given | {LISTS: given[LISTS].clear()}) == []


def test_a_list_whose_collection_has_headings_alone_is_told_not_to_be_tested() -> None:
    given = frames()
    heads = [(f"h{i}", gene) for i in range(25) for gene in NAMES[: 20 + i % 3]]
    sets = pl.DataFrame(heads, schema=["set_id", "symbol"], orient="row")
    one = given[SETS].head(1).drop("set_id", "symbol")
    (done,) = computed(study(), given | {SETS: one.join(sets, how="cross").select(given[SETS].columns)}).values()
    assert done.frames[TABLE].is_empty()
    told = {p.rule: p.message for p in done.problems}
    assert told["list_not_tested"] == (
        "not tested, as their background holds no set of 3 to 30 genes (enrichment.size) that is no heading: "
        "apoptosis, apoptosis_changed in C, of a background of 60 genes"
    )
    assert "in a tested set" in told["no_enrichment"]


@pytest.mark.parametrize(
    ("listed", "changed", "background", "why"),
    [
        (["NOSUCH"], 5, "tested", "is in its background"),
        (["G0"], 0, "annotated", "is changed in b_a"),
        (["G30"], 60, "tested", "in a tested set: one within enrichment.size that is no heading"),
    ],
)
def test_a_list_without_a_term_says_why(listed: list[str], changed: int, background: str, why: str) -> None:
    given = frames(changed)
    given[LISTS] = given[LISTS].head(1).join(pl.DataFrame({"gene": listed}), how="cross")
    given[LISTS] = given[LISTS].with_columns(symbol="gene").drop("gene")
    done = computed(study(background), given)["b_a, list apoptosis"]
    assert done.frames[TABLE].is_empty()
    assert [p.rule for p in done.problems][-1] == "no_enrichment"
    assert why in done.problems[-1].message
