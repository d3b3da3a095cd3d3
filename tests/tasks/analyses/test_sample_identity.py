from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import DonorRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.analyses.sample_identity import ANALYSIS, COUNTS, EXPRESSION, FEATURES, OBJECTS, TABLE
from tasks.contracts import Computed
from tasks.simulation.counts import GENES, NAMED_GENES, draw, sequencing_depth
from tasks.simulation.design import DONORS, SEQUENCING

SAMPLES = [c.sample for c in SEQUENCING]
RIGHT = list(range(9))


def study(sexes: Mapping[str, str] | None = None) -> Study:
    rows = tuple(SampleRow(sample=c.sample, condition=c.treatment.condition, donor=c.donor.donor) for c in SEQUENCING)
    known = {d.donor: d.sex for d in DONORS} | dict(sexes or {})
    conditions = [Condition(id=c) for c in dict.fromkeys(r.condition for r in rows)]
    donors = tuple(DonorRow(donor=d, sex=s or None) for d, s in known.items())
    return Study(config=StudyYaml(study_id="s", conditions=conditions), samples=rows, donors=donors)


@pytest.fixture(scope="module")
def genes() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(11)
    depth = sequencing_depth(random)
    matrix = draw(GENES, depth, random).counts.astype(float)
    return matrix, np.log2(matrix / depth + 4)


def computed(genes: tuple[np.ndarray, np.ndarray], about: Study, order: Sequence[int] = RIGHT) -> Computed:
    """The analysis on counts and stabilised values whose columns were labelled in another order."""
    ids = [f"g{i}" for i in range(len(genes[0]))]
    symbols = [*NAMED_GENES, *([None] * (len(ids) - len(NAMED_GENES)))]
    features = pl.DataFrame({"library": "gene", "feature_id": ids, "symbol": symbols})
    wide = [pl.DataFrame(m[:, order], schema=SAMPLES).with_columns(feature_id=pl.Series(ids)) for m in genes]
    counts, values = (w.unpivot(index="feature_id", variable_name="sample_id", value_name=n) for w, n in
                      zip(wide, ("count", "value"), strict=True))  # fmt: skip
    counts = counts.with_columns(library=pl.lit("gene"), object_id=pl.lit("o"))
    values = values.with_columns(library=pl.lit("gene"), method=pl.lit("deseq2"), fit=pl.lit("~ donor + condition"))
    slices = {
        COUNTS: counts.select("library", "sample_id", "object_id").unique(),
        FEATURES: features,
        OBJECTS: pl.DataFrame({"object_id": ["o"], "file_name": ["counts.csv"], "parser": ["count_matrix"]}),
        EXPRESSION: values.select("library", "method", "fit", "sample_id").unique(),
    }
    (part,) = ANALYSIS.parts(about, slices)
    frames = {COUNTS: counts, FEATURES: features, EXPRESSION: values}
    kept = {t: f.filter(pl.col(c).is_in(list(v)) for c, v in part.where[t].items()) for t, f in frames.items()}
    return ANALYSIS.run(part, kept)


def exchanged(one: str, other: str) -> list[int]:
    order = RIGHT.copy()
    a, b = SAMPLES.index(one), SAMPLES.index(other)
    order[a], order[b] = b, a
    return order


def test_right_labels_are_silent(genes: tuple[np.ndarray, np.ndarray]) -> None:
    done = computed(genes, study())
    assert done.problems == ()
    rows = done.frames[TABLE]
    seen = dict(rows.select("sample_id", "observed_sex").iter_rows())
    assert all(seen[c.sample] == {"f": "female", "m": "male"}[c.donor.sex] for c in SEQUENCING)
    assert rows["swap_hint"].null_count() == rows["na_reason"].null_count() == 9
    assert (rows["own_donor_correlation"] > rows["nearest_donor_correlation"]).all()


def test_samples_swapped_between_donors_of_both_sexes_are_told_by_sex_and_by_likeness(
    genes: tuple[np.ndarray, np.ndarray],
) -> None:
    done = computed(genes, study(), exchanged("RNA_NP1_il1b", "RNA_NP2_il1b"))
    told = {(p.rule, p.value): str(p) for p in done.problems}
    assert [rule for rule, _ in told] == ["donor_of_both_sexes", "donor_of_both_sexes", "donors_swapped"]
    first = told["donor_of_both_sexes", "NP1"]
    assert "samples of donor NP1 (donors.csv says male) look female and male, female: RNA_NP1_il1b (XIST" in first
    assert "so do those of NP2" in first
    assert first.endswith("labels swapped? Check the tubes and the sample sheet; nothing was changed.")
    assert "RNA_NP1_il1b and RNA_NP2_il1b each resemble the other donor's samples" in str(done.problems[-1])
    hints = dict(done.frames[TABLE].drop_nulls("swap_hint").select("sample_id", "swap_hint").iter_rows())
    assert hints == {"RNA_NP1_il1b": "RNA_NP2_il1b", "RNA_NP2_il1b": "RNA_NP1_il1b"}


def test_samples_swapped_between_donors_of_one_sex_are_told_by_likeness_alone(
    genes: tuple[np.ndarray, np.ndarray],
) -> None:
    done = computed(genes, study(), exchanged("RNA_NP1_il1b_usc", "RNA_NP3_il1b_usc"))
    assert [p.rule for p in done.problems] == ["donors_swapped"]


def test_a_wrong_sex_of_a_whole_donor_points_to_donors_csv(genes: tuple[np.ndarray, np.ndarray]) -> None:
    (told,) = computed(genes, study({"NP2": "m"})).problems
    assert (told.rule, told.file, told.value) == ("sex_contradicts_donor", "donors.csv", "NP2")
    assert "donors.csv says that NP2 is male, but its samples look otherwise, female: RNA_NP2_il1b" in told.message
    assert computed(genes, study({"NP2": ""})).problems == ()


def test_a_mixture_of_both_sexes_is_told(genes: tuple[np.ndarray, np.ndarray]) -> None:
    counts, values = (m.copy() for m in genes)
    counts[:, 0] = np.round((counts[:, 0] + counts[:, 1]) / 2)
    (told,) = computed((counts, values), study()).problems
    assert (told.rule, told.value) == ("both_sexes_in_sample", "RNA_NP1_il1b")


def test_no_counts_give_no_parts() -> None:
    empty = pl.DataFrame(schema={"library": pl.String, "sample_id": pl.String, "object_id": pl.String})
    fits = pl.DataFrame(schema=dict.fromkeys(("library", "method", "fit", "sample_id"), pl.String))
    objects = pl.DataFrame(schema=dict.fromkeys(("object_id", "file_name", "parser"), pl.String))
    features = pl.DataFrame(schema=dict.fromkeys(("library", "feature_id", "symbol"), pl.String))
    assert ANALYSIS.parts(study(), {COUNTS: empty, EXPRESSION: fits, OBJECTS: objects, FEATURES: features}) == []


def test_why_no_donor_is_compared_is_said(genes: tuple[np.ndarray, np.ndarray]) -> None:
    def reasons(**update: str) -> list[str | None]:
        about = study()
        rows = tuple(
            s.model_copy(update={k: v for k, v in update.items() if k == "condition" or s.donor == "NP1"})
            for s in about.samples
        )
        done = computed(genes, about.model_copy(update={"samples": rows}))
        return done.frames[TABLE]["na_reason"].to_list()

    assert set(reasons(donor="NP2")) == {"few_donors"}
    assert set(reasons(condition="il1b")) == {"one_condition"}
