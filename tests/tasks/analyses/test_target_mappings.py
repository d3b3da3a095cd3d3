from __future__ import annotations

import polars as pl
import pytest

from schemas.base import tables
from schemas.bench_options import Condition
from schemas.errors import Severity
from schemas.polars_schema import conform, schema
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Cerna
from tasks.analyses.target_mappings import ALIASES, ANALYSIS, FEATURES, MIRNAS, TABLE, TARGETS

STUDY = Study(config=StudyYaml(study_id="s", conditions=[Condition(id="a")]), samples=())
BASE = {"study_id": "s", "object_id": "0" * 64}
PAIR = {"source": "own", "tier": "predicted"}


def frame(table: str, *rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([BASE | row for row in rows], schema=schema(tables()[table]), orient="row")


def frames(targets: list[dict[str, object]], mirnas: list[str]) -> dict[str, pl.DataFrame]:
    features = [{"library": "mirna", "feature_id": name, "rna_class": "mirna"} for name in mirnas]
    gene = {"library": "gene", "feature_id": "ENSG1.2", "symbol": "PTEN", "rna_class": "mrna"}
    keep = list(schema(tables()[FEATURES]))
    return {
        TARGETS: frame(TARGETS, *targets).with_columns(is_excluded=pl.lit(value=False)),
        FEATURES: pl.DataFrame(
            [{"study_id": "s"} | row for row in (gene, *features)], schema=schema(tables()[FEATURES]), orient="row"
        ).select(keep),
        MIRNAS: frame(MIRNAS),
        ALIASES: frame(ALIASES),
    }


def test_names_are_mapped_and_pairs_that_are_lost_for_doubt_are_told() -> None:
    targets = [PAIR | {"mirna": m, "target_id": t} for m, t in (("hsa-miR-21", "ENSG1"), ("hsa-let-7a-5p", "ENSG1"))]
    read = frames(targets, ["hsa-miR-21-5p", "hsa-miR-21-3p", "hsa-let-7a-5p"])
    (part,) = ANALYSIS.parts(STUDY, read)
    done = ANALYSIS.run(part, read)
    rows = done.frames[TABLE].select("side", "name", "feature_id", "rule", "na_reason", "pair_count").rows()
    assert set(rows) == {
        ("mirna", "hsa-miR-21", None, None, "ambiguous_arm", 1),
        ("mirna", "hsa-let-7a-5p", "hsa-let-7a-5p", "exact", None, 1),
        ("target", "ENSG1", "ENSG1.2", "version", None, 2),
    }
    assert [p.rule for p in done.problems] == ["ambiguous_mirna"]
    assert "pairs that are left out for it: 1" in done.problems[0].message
    whole = conform(done.frames[TABLE], tables()[TABLE], {"study_id": "s", "run_id": "r"})
    assert not whole.select(tables()[TABLE].key).is_duplicated().any()


@pytest.mark.parametrize(
    ("named", "counted", "rule"),
    [
        ("hsa-miR-9{}-5p", "hsa-miR-21-5p", "mirnas_not_in_study"),
        ("ebv-miR-{}-5p", "hsa-miR-21-5p", "mirnas_not_in_study"),
    ],
)
def test_mirnas_of_another_naming_are_told(named: str, counted: str, rule: str) -> None:
    targets = [PAIR | {"mirna": named.format(i), "target_id": "ENSG1"} for i in range(1, 5)]
    read = frames(targets, [counted])
    done = ANALYSIS.run(ANALYSIS.parts(STUDY, read)[0], read)
    assert [(p.rule, p.severity) for p in done.problems] == [(rule, Severity.WARNING)]


@pytest.mark.parametrize("odd", [(), ("ebv-miR-BART1-5p",), ("miR-21-5p", "hcmv-miR-UL112-3p")])
def test_targets_of_another_species_than_the_counts_are_no_warning_but_a_loss(odd: tuple[str, ...]) -> None:
    names = [*(f"mmu-miR-{i}-5p" for i in range(1, 5)), *odd]
    targets = [PAIR | {"mirna": name, "target_id": "ENSG1"} for name in names]
    read, cerna = frames(targets, ["hsa-miR-21-5p"]), Cerna(targets=["reference/t.tsv"])
    study = STUDY.model_copy(update={"config": STUDY.config.model_copy(update={"cerna": cerna})})
    (problem,) = ANALYSIS.run(ANALYSIS.parts(study, read)[0], read).problems
    assert (problem.severity, problem.rule) == (Severity.LOCAL, "other_species")
    assert "all 4 miRNAs of the target tables (reference/t.tsv) whose prefix says a species" in problem.message
    assert "are of Mus musculus, those that the study counted are of Homo sapiens" in problem.message
    assert "Name a table of Homo sapiens under cerna.targets" in problem.remedy


@pytest.mark.parametrize(("foreign", "told"), [(4, "4 of them are"), (1, "1 of them is")])
def test_mirnas_of_another_species_among_the_studys_are_told_with_both_species(foreign: int, told: str) -> None:
    names = ["hsa-miR-21-5p", "hsa-miR-998-5p", "hsa-miR-999-5p", *(f"mmu-miR-{i}-5p" for i in range(foreign))]
    read = frames([PAIR | {"mirna": name, "target_id": "ENSG1"} for name in names], ["hsa-miR-21-5p"])
    (problem,) = ANALYSIS.run(ANALYSIS.parts(STUDY, read)[0], read).problems
    assert problem.rule == "mirnas_not_in_study"
    assert f"; {told} of Mus musculus, those that the study counted are of Homo sapiens" in problem.message


def test_genes_of_another_naming_are_told_and_targets_of_other_classes_are_not() -> None:
    others = [PAIR | {"mirna": "hsa-miR-21-5p", "target_id": f"ENSMUSG{i}"} for i in range(12)]
    for more, told in (({}, ["targets_not_in_study"]), ({"target_class": "lncrna"}, [])):
        read = frames([{"target_class": None} | row | more for row in others], ["hsa-miR-21-5p"])
        assert [p.rule for p in ANALYSIS.run(ANALYSIS.parts(STUDY, read)[0], read).problems] == told


def test_without_targets_there_is_no_part_and_without_features_a_reason() -> None:
    assert ANALYSIS.parts(STUDY, frames([], ["hsa-miR-21-5p"])) == []
    read = frames([PAIR | {"mirna": "a", "target_id": "b"}], [])
    (part,) = ANALYSIS.parts(STUDY, read | {FEATURES: read[FEATURES].clear()})
    assert part.skip is not None
    assert "no loaded count file" in part.skip
