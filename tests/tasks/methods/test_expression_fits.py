from __future__ import annotations

import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, ExclusionRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods.expression_fits import included, plan_fits, sources

LEVELS = ("il1b", "usc", "exo")
FILES = pl.DataFrame(
    {
        "object_id": ["o1", "o2"],
        "file_name": ["landing/counts.csv", "landing/salmon/quant.sf"],
        "parser": ["matrix", "salmon"],
    }
)


def study(*contrasts: ContrastRow, exclusions: tuple[ExclusionRow, ...] = ()) -> Study:
    rows = [
        SampleRow(sample=f"{c}{d}", condition=c, donor=f"d{d}", batch="late" if c == "exo" else "early")
        for c in LEVELS
        for d in range(3)
    ]
    config = StudyYaml(study_id="s", conditions=[Condition(id=c) for c in LEVELS])
    return Study(config=config, samples=tuple(rows), contrasts=contrasts, exclusions=exclusions)


def contrast(name: str, target: str, *blocking: str, **more: object) -> ContrastRow:
    return ContrastRow.model_validate(
        {"id": name, "reference": "il1b", "target": target, "blocking": list(blocking)} | more
    )


def slices(*objects: str) -> pl.DataFrame:
    names = sorted(study().sample_ids)
    return pl.DataFrame([{"library": "gene", "sample_id": s, "object_id": o} for o in objects for s in names])


def test_contrasts_of_one_design_share_a_fit_over_all_samples() -> None:
    about = study(contrast("usc", "usc", "donor"), contrast("exo", "exo", "donor"), contrast("free", "exo"))
    plans = plan_fits(about, sorted(about.sample_ids))
    assert [(p.formula, [c.id for c in p.contrasts], len(p.metadata)) for p in plans] == [
        ("~ donor + condition", ["usc", "exo"], 9),
        ("~ condition", ["free"], 9),
    ]


def test_excluded_samples_make_their_own_fit() -> None:
    about = study(contrast("usc", "usc"), contrast("less", "usc", excluded_samples=["il1b0"]))
    plans = plan_fits(about, sorted(about.sample_ids))
    assert [(p.formula, len(p.metadata)) for p in plans] == [("~ condition", 9), ("~ condition without il1b0", 8)]


def test_a_contrast_that_the_whole_design_cannot_give_is_fitted_alone_or_skipped() -> None:
    about = study(contrast("usc", "usc", "batch"), contrast("exo", "exo", "batch"))
    alone, skipped = plan_fits(about, sorted(about.sample_ids))
    # usc and il1b share a batch, so that batch has one level there and no say
    assert (alone.formula, len(alone.metadata), alone.problem) == ("~ batch + condition of il1b and usc", 6, None)
    assert "alone, because" in alone.notes[0]
    assert "no batch has both il1b and exo" in str(skipped.problem)


def test_a_contrast_with_a_problem_or_without_counts_is_skipped() -> None:
    about = study(contrast("bad", "usc", problem="no such level"), contrast("usc", "usc"))
    bad, few = plan_fits(about, ["il1b0", "il1b1", "usc0"])
    assert bad.problem == "no such level"
    assert "of the samples with counts, condition 'usc' has one sample (usc0)" in str(few.problem)


def test_excluded_samples_files_and_unknown_samples_do_not_take_part() -> None:
    both = slices("o1", "o2")
    unknown = pl.DataFrame({"library": ["gene"] * 2, "sample_id": ["blank", None], "object_id": ["o1"] * 2})
    assert included(study(), pl.concat([both, unknown]), FILES).height == 18
    without = study(exclusions=(ExclusionRow(sample="usc0", reason="contaminated"),))
    assert "usc0" not in included(without, both, FILES)["sample_id"].to_list()
    file = study(exclusions=(ExclusionRow(file="landing/counts.csv", reason="wrong run"),))
    assert included(file, both, FILES)["object_id"].unique().to_list() == ["o2"]
    pair = study(exclusions=(ExclusionRow(file="landing/counts.csv", sample="usc0", reason="swapped"),))
    assert included(pair, both, FILES).height == 17


def test_two_sources_of_a_sample_need_a_decision() -> None:
    both = slices("o1", "o2").drop("library")
    _, conflict = sources(both, FILES, None)
    assert "9 samples" in str(conflict)
    assert "landing/counts.csv, landing/salmon/quant.sf" in str(conflict)
    for chosen, kept in (("salmon", "o2"), ("landing/counts.csv", "o1")):
        found, conflict = sources(both, FILES, chosen)
        assert (conflict, found["object_id"].unique().to_list(), found.height) == (None, [kept], 9)
    assert "does not decide" in str(sources(both, FILES, "star")[1])
    assert sources(slices("o1").drop("library"), FILES, None)[1] is None
