from __future__ import annotations

import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.contracts import Part
from tasks.methods.expression_parts import COUNTS, FEATURES, OBJECTS, parts

NAMES = [f"{c}{d}" for c in ("a", "b", "c") for d in range(4)]


def study(*contrasts: ContrastRow, batches: str = "xxyyxxyyxxyy", **expression: object) -> Study:
    doses = {"a": 0, "b": 10.0, "c": 10}
    conditions = [Condition(id=c, factors={"dose": dose}) for c, dose in doses.items()]
    samples = tuple(
        SampleRow(sample=s, condition=s[0], donor=f"D{s[1]}", batch=b) for s, b in zip(NAMES, batches, strict=True)
    )
    options = Expression.model_validate({"methods": ["deseq2", "limma_voom"]} | expression)
    config = StudyYaml(study_id="s", conditions=conditions, expression=options)
    return Study(config=config, samples=samples, contrasts=contrasts)


def planned(about: Study, samples: list[str] = NAMES) -> list[Part]:
    counts = pl.DataFrame({"library": "gene", "sample_id": samples, "object_id": "o"})
    objects = pl.DataFrame({"object_id": ["o"], "file_name": ["counts.csv"], "parser": ["matrix"]})
    return parts(about, {COUNTS: counts, OBJECTS: objects, FEATURES: pl.DataFrame({"library": ["gene"]})})


def contrast(name: str, **more: object) -> ContrastRow:
    return ContrastRow.model_validate({"id": name, "reference": "a", "target": "b"} | more)


def test_contrasts_of_one_design_are_one_part_and_each_keeps_its_test() -> None:
    asked = study(contrast("b"), contrast("c", reference="b", target="c"), contrast("any", test="lrt"), robust=True)
    deseq2, limma = planned(asked)
    assert [(c["id"], c["test"]) for c in deseq2.parameters["contrasts"]] == [
        ("b", "wald"),
        ("c", "wald"),
        ("any", "lrt"),
    ]
    assert (limma.parameters["robust"], limma.parameters["quality_weights"]) == (True, False)
    assert "robust" not in deseq2.parameters  # an option of limma recomputes nothing else


def test_an_interaction_has_a_fit_of_its_own_with_the_first_level_as_its_base() -> None:
    plain, crossed = planned(study(contrast("b"), contrast("by", interaction="batch:y>x"), methods=["deseq2"]))
    assert plain.parameters["crossed"] == ["", ""]
    assert crossed.parameters["crossed"] == ["batch", "y"]
    assert crossed.parameters["contrasts"][0]["between"] == ["y", "x"]
    assert crossed.key == "gene, deseq2, ~ batch + condition + batch:condition"


def test_an_interaction_that_not_all_levels_allow_is_fitted_on_those_that_do() -> None:
    asked = study(contrast("by", interaction="batch:x>y"), batches="xxyyxxyyxxxx", methods=["deseq2"])
    (part,) = planned(asked)
    assert part.key.endswith("batch:condition of a and b and x and y")
    assert set(part.parameters["metadata"]) == {s for s in NAMES if s[0] != "c"}
    assert "because over all samples no sample is batch y with condition c" in part.parameters["notes"][0]


def test_a_factor_of_study_yaml_is_a_column_like_any_other() -> None:
    asked = contrast("dose", variable="dose", reference="0", target="10", blocking=["donor"])
    (part, _) = planned(study(asked))
    assert part.parameters["fit"] == "~ donor + dose"
    assert {row["dose"] for s, row in part.parameters["metadata"].items() if s[0] != "a"} == {"10"}


@pytest.mark.parametrize(
    ("asked", "options", "words"),
    [
        ({"random": "donor"}, {"methods": ["deseq2"]}, "deseq2 has no random effects; add limma_voom"),
        ({"test": "lrt"}, {"threshold": "test"}, "has no fold change to test against"),
        ({"random": "batch"}, {"methods": ["limma_voom"]}, None),
        ({"random": "sample"}, {"methods": ["limma_voom"]}, "every sample has a sample of its own; leave random empty"),
    ],
)
def test_what_cannot_be_tested_is_skipped_with_what_to_do(
    asked: dict[str, str], options: dict[str, object], words: str | None
) -> None:
    found = planned(study(contrast("x", **asked), **options))
    assert all(words in str(p.skip) if words else p.skip is None for p in found)


def test_samples_without_a_level_of_another_column_are_left_out_with_a_note() -> None:
    (part, _) = planned(study(contrast("b", blocking=["batch"]), batches="xxyyxxyyxx y"))
    assert "c2" not in part.parameters["metadata"]
    assert part.parameters["notes"] == ["c2 has no batch in samples.csv and is left out of this fit"]


@pytest.mark.parametrize(
    ("with_genes", "asked", "words"),
    [
        (NAMES, None, None),
        (NAMES[1:], None, "a0 has no gene counts to take size factors from"),
        ([], None, None),
        ([], "linear", "a0, a1, a2, a3, b0, b1 and 6 more have no gene counts"),
        (NAMES[1:], "poscounts", None),
    ],
)
def test_circrnas_that_cannot_be_scaled_by_genes_say_so(
    with_genes: list[str], asked: str | None, words: str | None
) -> None:
    about = study(contrast("b"), methods=["deseq2"], size_factors={"circrna": asked} if asked else {})
    both = [("circrna", s, "c") for s in NAMES] + [("gene", s, "o") for s in with_genes]
    counts = pl.DataFrame(both, schema=["library", "sample_id", "object_id"], orient="row")
    objects = pl.DataFrame({"object_id": ["o", "c"], "file_name": ["g.csv", "c.csv"], "parser": ["matrix"] * 2})
    part = parts(about, {COUNTS: counts, OBJECTS: objects, FEATURES: pl.DataFrame({"library": ["gene"]})})[0]
    notes = part.parameters["notes"]
    assert len(notes) == (words is not None)
    assert all(str(words) in note for note in notes)
