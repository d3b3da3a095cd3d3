"""Relative expression by qPCR."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Experiment, IsExcluded, NaReason


class QpcrFoldChange(
    Table,
    name="result.qpcr_fold_changes",
    replace_by=("study_id", "run_id"),
    key=("study_id", "experiment", "sample_id", "target"),
):
    """Relative expression of one target in one culture by 2^-ΔΔCq, corrected for efficiency where the study asks."""

    study_id: StudyId
    run_id: RunId
    experiment: Experiment
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    target: Annotated[str, Field(description="Gene or miRNA.")]
    reference_targets: Annotated[str, Field(description="Reference genes used, semicolon list.")]
    calibrator: Annotated[str, Field(description="Condition whose mean ΔCq is the calibrator.")]
    method: Annotated[
        Literal["ddcq", "pfaffl"],
        Field(description="ddcq: every cycle doubles; pfaffl: Cq times log2 of the target's amplification factor."),
    ]
    amplification_factor: Annotated[
        float | None, Field(gt=0, description="Copies made per cycle: 2, or from standard curves (pfaffl).")
    ]
    mean_cq: Annotated[float | None, Unit("cycle"), Field(description="Mean Cq over technical repeats.")]
    delta_cq: Annotated[
        float | None,
        Unit("cycle"),
        Field(description="Mean Cq minus mean Cq of the reference genes, same file; of corrected Cq where pfaffl."),
    ]
    delta_delta_cq: Annotated[
        float | None, Unit("cycle"), Field(description="ΔCq minus the calibrator samples' mean ΔCq.")
    ]
    fold_change: Annotated[float | None, Field(ge=0, description="2^-ΔΔCq; Pfaffl's ratio where pfaffl.")]
    technical_n: Annotated[int, Field(ge=0, description="Wells with a Cq.")]
    technical_sd: Annotated[float | None, Unit("cycle"), Field(ge=0, description="SD of Cq over technical repeats.")]
    furthest_well: Annotated[
        str | None,
        Field(description="Technical repeat furthest from the others' median, where the SD in its file is above 0.5."),
    ]
    flag: Annotated[str | None, Field(description="technical_sd_high: SD of technical repeats above 0.5 cycles.")]
    undetermined_count: Annotated[
        int, Field(ge=0, description="Wells in which nothing amplified; never counted as 40.")
    ]
    is_excluded: IsExcluded
    na_reason: NaReason
