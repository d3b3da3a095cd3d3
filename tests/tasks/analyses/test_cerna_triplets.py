from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from schemas.base import tables
from schemas.polars_schema import conform
from tasks.analyses.cerna_triplets import ANALYSIS, NODES, TABLE
from tasks.contracts import Computed
from tasks.methods.cerna_inputs import TARGETS, TESTS
from tests.tasks.analyses.cerna_frames import AXES, TABLE_ROWS, Changes, frames, slices, study


def computed(changes: Changes = AXES, targets: list[tuple[str, str, str]] = TABLE_ROWS) -> Computed:
    read = frames(changes, targets)
    (part,) = ANALYSIS.parts(study(hubs=1), slices(read))
    assert part.skip is None
    return ANALYSIS.run(part, read)


def test_triplets_and_nodes_are_rows_of_their_tables() -> None:
    done = computed()
    assert done.problems == ()
    for name in (TABLE, NODES):
        whole = conform(done.frames[name], tables()[name], {"study_id": "s", "run_id": "r"})
        assert not whole.select(tables()[name].key).is_duplicated().any()
    found = done.frames[TABLE].filter("is_consistent").sort("cerna_id")
    assert found.select("cerna_id", "mirna_id", "mrna_id", "tier", "pattern").rows() == [
        ("circ1", "hsa-miR-21-5p", "ENSG1", "predicted", "up"),
        ("lnc1", "hsa-miR-21-5p", "ENSG1", "validated", "up"),
    ]
    assert found["pvalue"].to_list() == pytest.approx([1e-4, 1e-4])  # the miRNA's, the largest of three
    assert dict(found.select("tier", "family_size").rows()) == {"validated": 6, "predicted": 10 - 6 + 5}
    hubs = done.frames[NODES].filter("is_hub").select("feature_id", "degree", "symbol").rows()
    assert hubs == [
        ("circ1", 1, "CIRC1"),
        ("lnc1", 1, "LNC1"),
        ("hsa-miR-21-5p", 3, "HSA-MIR-21-5P"),
        ("ENSG1", 1, "ENSG1"),
    ]


@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        ("mrna", "no tested mRNA is in the target tables"),
        ("circrna|lncrna", "no tested lncRNA or circRNA is in the target tables"),
        ("mirna", "no tested miRNA is in the target tables"),
    ],
)
def test_a_class_that_was_not_tested_is_the_reason_for_empty_tables(left_out: str, reason: str) -> None:
    untested = {k: (kind, c, p) for k, (kind, c, p) in AXES.items()}
    read = frames(untested, TABLE_ROWS)
    (part,) = ANALYSIS.parts(study(), slices(read))
    gone = pl.when(pl.col("rna_class").str.contains(f"^({left_out})$")).then(None).otherwise("pvalue")
    done = ANALYSIS.run(part, read | {TESTS: read[TESTS].with_columns(pvalue=gone)})
    assert all(frame.is_empty() for frame in done.frames.values())
    assert [p.message for p in done.problems] == [reason]


def test_hubs_that_the_alphabet_chose_are_told_once() -> None:
    more = {f"ENSG{i}": AXES["ENSG1"] for i in (7, 8)}
    pairs = [("hsa-miR-21-5p", name, "validated") for name in more]
    (problem,) = computed(AXES | more, [*TABLE_ROWS, *pairs]).problems
    assert problem.rule == "tied_hubs"
    assert "1 of 3 mRNAs of degree 1" in problem.message


def test_no_significant_gene_is_an_answer_with_the_number_of_triplets_tested() -> None:
    done = computed({k: (kind, change, 0.9) for k, (kind, change, _) in AXES.items()})
    assert done.frames[TABLE].is_empty()
    assert done.frames[NODES].is_empty()
    assert "none of 15 triplets" in done.problems[0].message


def test_targets_of_other_rnas_are_told() -> None:
    done = computed(targets=[("hsa-miR-21-5p", "ENSG9", "validated")])
    assert "is in the target tables" in done.problems[0].message


def test_parts_are_skipped_for_what_is_missing() -> None:
    read = frames(AXES, TABLE_ROWS)
    for missing, reason in (
        ("mirna", "no tested miRNAs: the study has no counts of library mirna"),
        ("gene", "no tested mRNAs"),
    ):
        without = read | {TESTS: read[TESTS].filter(pl.col("library") != missing)}
        (part,) = ANALYSIS.parts(study(), slices(without))
        assert reason in (part.skip or "")
    empty = slices(read | {TARGETS: read[TARGETS].clear()})
    (part,) = ANALYSIS.parts(study(), empty)
    assert "no miRNA-target pair was loaded from t.tsv" in (part.skip or "")
    (part,) = ANALYSIS.parts(study(targets=[]), empty)
    assert "names no miRNA-target table" in (part.skip or "")


def test_a_study_without_mirnas_and_targets_is_told_once_and_an_untested_contrast_has_no_part() -> None:
    read = frames(AXES, TABLE_ROWS)
    genes = read | {TARGETS: read[TARGETS].clear(), TESTS: read[TESTS].filter(library="gene")}
    (part,) = ANALYSIS.parts(study(targets=[]), slices(genes))
    assert (part.key, "names no miRNA-target table" in (part.skip or "")) == ("all contrasts", True)
    assert list(ANALYSIS.parts(study(), slices(read | {TESTS: read[TESTS].clear()}))) == []


def test_excluded_target_files_do_not_count() -> None:
    read = frames(AXES, TABLE_ROWS)
    (part,) = ANALYSIS.parts(study(), slices(read))
    gone = read[TARGETS].with_columns(is_excluded=pl.lit(value=True))
    done = ANALYSIS.run(replace(part), read | {TARGETS: gone})
    assert done.frames[TABLE].is_empty()


def test_a_contrast_without_a_direction_has_no_triplets() -> None:
    whole = study()
    factor = whole.model_copy(
        update={"contrasts": tuple(c.model_copy(update={"test": "lrt"}) for c in whole.contrasts)}
    )
    (part,) = ANALYSIS.parts(factor, slices(frames(AXES, TABLE_ROWS)))
    assert "a contrast with test lrt has no direction" in (part.skip or "")
