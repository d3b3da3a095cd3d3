"""qPCR runs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table

Text = str | None


class QpcrRun(
    Table,
    name="core.qpcr_runs",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "plate"),
):
    """One qPCR run (a plate of a file) as its export describes it: what MIQE asks a paper to report.

    Texts stand as the instrument wrote them. Bustin et al. 2009, doi:10.1373/clinchem.2008.112797
    """

    study_id: StudyId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate or run, as in core.qpcr_wells.")]
    experiment_name: Annotated[Text, Field(description="Name that the operator gave the run.")]
    experiment_type: Annotated[Text, Field(description="Kind of run: comparative Ct, standard curve, genotyping, …")]
    instrument: Annotated[Text, Field(description="Instrument model.")]
    instrument_serial: Annotated[Text, Field(description="Serial number or name of the instrument.")]
    software: Annotated[Text, Field(description="Program and version that made the export.")]
    chemistry: Annotated[Text, Field(description="Detection chemistry: SYBR Green, TaqMan, …")]
    dyes: Annotated[Text, Field(description="Reporter dyes or filters read, semicolon list.")]
    passive_reference: Annotated[Text, Field(description="Passive reference dye, e.g. ROX.")]
    block: Annotated[Text, Field(description="Thermal block or plate format.")]
    reaction_volume: Annotated[Text, Field(description="Volume of a reaction, as printed.")]
    cq_method: Annotated[Text, Field(description="How the software finds the quantification cycle.")]
    analysis_stage: Annotated[Text, Field(description="Stage and step of the protocol at which dyes were read.")]
    threshold: Annotated[Text, Field(description="Threshold of each target, semicolon list; `auto` where automatic.")]
    baseline: Annotated[Text, Field(description="First and last baseline cycle over all wells; `auto` likewise.")]
    run_at: Annotated[Text, Field(description="When the run ended or began, as printed; zones are the instrument's.")]
    operator: Annotated[Text, Field(description="User of the instrument, as printed.")]
    header: Annotated[str, Field(description="Every header line of the export as a JSON object.")]
