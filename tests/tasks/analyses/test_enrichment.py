from __future__ import annotations

import polars as pl
import pytest
from scipy import stats

from schemas.base import tables
from schemas.polars_schema import conform, schema
from schemas.study import Study
from tasks.analyses.enrichment import ANALYSIS, OVERLAPS, TABLE, TRIPLETS
from tasks.analyses.enrichment import SETS as GENE_SETS
from tasks.contracts import Computed

GENES = [f"G{i}" for i in range(60)]
SETS = {"hit": GENES[:8], "miss": GENES[40:52], "alias": ["OLD1", *GENES[1:9]], "small": GENES[:2], "far": ["X1", "X2"]}
FLAGGED = {"core.gene_sets", "core.mirna_targets"}


def study(**options: object) -> Study:
    config = {
        "study_id": "s",
        "conditions": [{"id": "a"}, {"id": "b"}],
        "enrichment": {"gene_sets": {"C": "reference/c.gmt"}, "size": "3-30", **options},
    }
    contrast = {"id": "b_a", "variable": "condition", "reference": "a", "target": "b", "blocking": ()}
    return Study.model_validate({"config": config, "samples": (), "contrasts": (contrast,)})


def frames(changed: int = 10) -> dict[str, pl.DataFrame]:
    tests = [
        {
            "contrast_id": "b_a",
            "library": "gene",
            "method": "deseq2",
            "rna_class": "mrna",
            "feature_id": f"E{i}",
            "base_mean": 10.0,
            "pvalue": None if i == 59 else 0.01,
            "direction": ("up" if i % 5 else "down") if i < changed else "ns",
        }
        for i in range(60)
    ]
    features = [{"library": "gene", "feature_id": f"E{i}", "symbol": GENES[i]} for i in range(60)]
    sets = [
        {"object_id": "f" * 64, "collection": "C", "set_id": name, "set_name": f"{name}!", "symbol": gene}
        for name, genes in SETS.items()
        for gene in genes
    ]
    rows = {"result.differential_expression": tests, "core.features": features, GENE_SETS: sets}
    rows["core.gene_aliases"] = [{"alias": "OLD1", "symbol": "G0"}]
    found = {}
    for name in ANALYSIS.reads:
        frame = pl.DataFrame(rows.get(name, []), schema=schema(tables()[name]), orient="row")
        found[name] = frame.with_columns(is_excluded=pl.lit(value=False)) if name in FLAGGED else frame
    return found


def run(given: dict[str, pl.DataFrame], **options: object) -> Computed:
    (part,) = ANALYSIS.parts(study(**options), given)
    return ANALYSIS.run(part, given)


def test_terms_have_scipys_p_value_the_family_of_the_limits_and_the_genes_behind_them() -> None:
    done = run(frames(), methods=["ora", "ease"])
    rows = done.frames[TABLE]
    whole = conform(rows, tables()[TABLE], {"study_id": "s", "run_id": "r"})
    assert not whole.select(tables()[TABLE].key).is_duplicated().any()
    up = rows.filter(gene_list="up", method="ora", term_id="hit").row(0, named=True)
    assert up["genes"] == "G1;G2;G3;G4;G6;G7"
    assert (up["overlap"], up["set_size"], up["list_size"], up["background_size"]) == (6, 8, 8, 59)
    assert up["family_size"] == 3  # hit, miss and alias; small and far are too small
    assert up["pvalue"] == pytest.approx(stats.hypergeom.sf(5, 59, 8, 8), rel=1e-12)
    assert up["gene_set_hash"] == "f" * 64
    assert rows.filter(gene_list="all", method="ora", term_id="alias")["set_size"].to_list() == [9]
    pvalues = [stats.hypergeom.sf(k - 1, 59, size, 8) for k, size in ((6, 8), (0, 12), (7, 9))]
    assert up["padj"] == pytest.approx(stats.false_discovery_control(pvalues)[0], rel=1e-12)
    ease = rows.filter(gene_list="up", method="ease", term_id="hit").row(0, named=True)
    cells = [[5, 3], [3, 59 - 8 - 8 + 5]]
    assert ease["pvalue"] == pytest.approx(stats.fisher_exact(cells, "greater").pvalue, rel=1e-10)
    assert set(rows["term_id"]) == {"hit", "alias"}


def test_a_contrast_without_changed_genes_says_so() -> None:
    done = run(frames(changed=0))
    assert done.frames[TABLE].is_empty()
    assert [p.rule for p in done.problems] == ["no_enrichment"]
    assert "no changed gene" in done.problems[0].message


def test_lists_without_genes_are_told_once_where_others_have_terms() -> None:
    given = frames()
    up = pl.col("direction").replace("down", "ns")
    tests = given["result.differential_expression"].with_columns(direction=up)
    told = {p.rule: p for p in run(given | {"result.differential_expression": tests}).problems}
    assert told["list_empty"].message == "no gene is in 1 list, of which there are no terms: down"
    assert told["list_empty"].place == "contrast b_a"


def test_a_contrast_that_tested_no_gene_says_so() -> None:
    given = frames()
    tests = given["result.differential_expression"].with_columns(library=pl.lit("circrna"), rna_class=pl.lit("circrna"))
    done = run(given | {"result.differential_expression": tests})
    assert done.frames[TABLE].is_empty()
    assert [p.rule for p in done.problems] == ["no_enrichment"]
    untested = given["result.differential_expression"].with_columns(pvalue=pl.lit(None, pl.Float64))
    assert [p.rule for p in run(given | {"result.differential_expression": untested}).problems] == ["no_enrichment"]


def test_sets_of_other_names_are_told() -> None:
    given = frames()
    other = given[GENE_SETS].with_columns(symbol=pl.lit("mmu") + pl.col("symbol"))
    done = run(given | {GENE_SETS: other})
    assert [p.rule for p in done.problems] == ["few_known_genes", "no_enrichment"]
    assert "of 24 genes of the collection 0 are genes of the study" in done.problems[0].message


def test_lists_that_the_collection_knows_better_than_the_background_are_told_unless_that_is_annotated() -> None:
    assert [p.rule for p in run(frames()).problems] == ["annotation_bias"]
    done = run(frames(), background="annotated")
    assert done.problems == ()
    row = done.frames[TABLE].filter(gene_list="up", term_id="hit").row(0, named=True)
    assert (row["background"], row["background_size"]) == ("annotated", 21)
    assert row["pvalue"] == pytest.approx(stats.hypergeom.sf(5, 21, 8, 7), rel=1e-12)


def test_without_sets_there_is_no_part_and_sets_not_loaded_are_a_reason() -> None:
    given = frames()
    nothing = given | {GENE_SETS: given[GENE_SETS].clear()}
    (unnamed,) = ANALYSIS.parts(study(gene_sets={}), nothing)
    assert "names no gene sets" in (unnamed.skip or "")
    (part,) = ANALYSIS.parts(study(), nothing)
    assert part.skip is not None
    assert "reference/c.gmt" in part.skip


def test_a_file_that_is_excluded_is_left_out() -> None:
    given = frames()
    done = run(given | {GENE_SETS: given[GENE_SETS].with_columns(is_excluded=pl.lit(value=True))})
    assert done.frames[TABLE].is_empty()


def test_genes_that_several_contrasts_share_are_a_list_of_no_single_contrast() -> None:
    given = frames()
    tests = given["result.differential_expression"]
    given["result.differential_expression"] = pl.concat([tests, tests.with_columns(contrast_id=pl.lit("other"))])
    rows = [{"library": "gene", "feature_id": f"E{i}", "is_consistent": i != 3} for i in range(10)]
    given[OVERLAPS] = pl.DataFrame(rows, schema=schema(tables()[OVERLAPS]), orient="row")
    part = next(p for p in ANALYSIS.parts(study(), given) if p.key == "shared genes")
    done = ANALYSIS.run(part, given)
    found = done.frames[TABLE]
    assert [p.rule for p in done.problems] == ["annotation_bias"]
    assert "in b_a" in done.problems[0].message
    (other,) = (p for p in ANALYSIS.parts(study(), given) if p.key == "b_a")
    assert ANALYSIS.run(other, given).problems == ()  # told once, with the shared genes
    assert found["contrast_id"].null_count() == found.height > 0
    assert found.filter(term_id="hit")["genes"].to_list() == ["G0;G1;G2;G4;G5;G6;G7"]


def with_targets() -> dict[str, pl.DataFrame]:
    """Validated and predicted targets of a raised miRNA, validated ones of another."""
    given = frames(changed=0)
    mirna = {"library": "mirna", "feature_id": "hsa-miR-1-3p", "rna_class": "mirna"}
    other = mirna | {"feature_id": "hsa-miR-2-3p"}
    test = {"contrast_id": "b_a", "method": "deseq2", "base_mean": 9.0, "pvalue": 0.01}
    tests = [mirna | test | {"direction": "up"}, other | test | {"direction": "ns"}]
    pairs = [("1", i, "predicted") for i in range(8)] + [("1", i, "validated") for i in (20, 30)]
    pairs += [("2", i, "validated") for i in range(59)]
    targets = [{"mirna": f"hsa-miR-{m}-3p", "target_id": f"E{i}", "source": "o", "tier": tier} for m, i, tier in pairs]
    more = {"result.differential_expression": tests, "core.features": [mirna, other], "core.mirna_targets": targets}
    for name, rows in more.items():
        frame = pl.DataFrame(rows, schema=schema(tables()[name]), orient="row")
        frame = frame.with_columns(is_excluded=pl.lit(value=False)) if name in FLAGGED else frame
        given[name] = pl.concat([given[name], frame])
    given["core.features"] = given["core.features"].with_columns(rna_class=pl.col("rna_class").fill_null("mrna"))
    return given


def test_hubs_that_the_alphabet_chose_are_told_by_tier() -> None:
    axes = [(20, "validated"), (30, "validated"), (0, "predicted"), (1, "predicted")]
    rows = [
        {"contrast_id": "b_a", "cerna_id": "l", "cerna_class": "lncrna", "mirna_id": "hsa-miR-1-3p", "mrna_id": f"E{i}"}
        | {"tier": tier, "is_consistent": True}
        for i, tier in axes
    ]
    triplets = pl.DataFrame(rows, schema=schema(tables()[TRIPLETS]), orient="row")
    given = with_targets() | {TRIPLETS: triplets}
    (part,) = ANALYSIS.parts(study(), given)
    part.parameters["hubs"] = 1  # type: ignore[index]  # a dict of our own making
    (told,) = [p for p in ANALYSIS.run(part, given).problems if p.rule == "tied_hubs"]
    assert "1 of 2 mRNAs of degree 1 (validated targets), 1 of 4 mRNAs of degree 1 (predicted targets" in told.message


def test_predicted_targets_alone_make_no_term_of_the_validated_ones() -> None:
    found = run(with_targets()).frames[TABLE].filter(gene_list="mirna_targets")
    hit = found.filter(term_id="hit")
    assert hit.select("tier", "overlap", "list_size", "background_size").rows() == [("predicted", 8, 10, 59)]
    assert hit["pvalue"][0] == pytest.approx(stats.hypergeom.sf(7, 59, 8, 10), rel=1e-12)


def test_lists_of_a_background_without_sets_leave_the_others_their_terms() -> None:
    given = with_targets()
    far = pl.col("target_id").is_in([f"E{i}" for i in range(20, 35)])
    given["core.mirna_targets"] = given["core.mirna_targets"].filter(far)
    tests = given["result.differential_expression"]
    up = pl.when(feature_id="E0").then(pl.lit("up")).otherwise("direction")
    done = run(given | {"result.differential_expression": tests.with_columns(direction=up)})
    assert set(done.frames[TABLE]["gene_list"]) == {"all", "up"}
    told = {p.rule: p.message for p in done.problems}["list_not_tested"]
    assert told.endswith("no heading: mirna_targets (validated targets) in C, of a background of 15 genes")


def test_gsea_is_an_analysis_of_its_own() -> None:
    given = frames()
    done = run(given, methods=["ora", "gsea"])
    assert set(done.frames[TABLE]["method"]) == {"ora"}
    assert ANALYSIS.parts(study(methods=["gsea"]), given) == []
