"""Gated populations of flow cytometry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, References, StudyId, Table, Unit
from schemas.vocabulary import MaterialRef, NaReason, SampleName, SampleRef, TimeH

GatedBy = Annotated[
    str | None,
    References("ops.analysis_runs.run_id"),
    Field(description="Fingerprint of the run that gated the events; null where a cytometer's program had counted."),
]
DataSet = Annotated[
    int, Field(ge=1, description="Number of the data set in an FCS file; of the tube in a table of statistics.")
]
GateSource = Annotated[
    Literal["builtin", "gatingml", "flowjo", "imported"],
    Field(description="Who drew the gates: benchlake, a GatingML or .wsp file, or whoever exported the statistics."),
]
Gating = Annotated[
    str, Field(description="Which gates: annexin_pi, marker_panel, the gates' file, or the table's program.")
]
GatePath = Annotated[str, Field(description="Names of the gates from the root to the population, joined by `/`.")]


class FlowPopulation(
    Table,
    name="core.flow_populations",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "data_set", "gating", "gate_path"),
):
    """One population of one acquisition: gated here from its events, or imported from a table of statistics."""

    study_id: StudyId
    object_id: ObjectId
    run_id: GatedBy
    data_set: DataSet
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    panel: Annotated[str | None, Field(description="Panel, as core.flow_samples has it; null where nothing names one.")]
    gate_source: GateSource
    gating: Gating
    gate_path: GatePath
    population: Annotated[str, Field(description="The gate's own name, last in its path.")]
    parent: Annotated[
        str | None,
        Field(description="Path of the population gated from; null: all events, or an imported table does not say."),
    ]
    marker: Annotated[
        str | None, Field(description="Marker that the gate tells positive from negative; null where it does not.")
    ]
    event_count: Annotated[int | None, Field(ge=0, description="Events in the gate; null where not exported.")]
    parent_count: Annotated[int | None, Field(ge=0, description="Events of the parent; null where not exported.")]
    percent_of_parent: Annotated[
        float | None, Unit("%"), Field(ge=0, le=100, description="Events of the parent's; null for an empty parent.")
    ]
    percent_of_total: Annotated[
        float | None, Unit("%"), Field(ge=0, le=100, description="Events of all events recorded in the acquisition.")
    ]
    compensation: Annotated[
        str | None, Field(description="Matrix that the gates saw: keyword, computed, a file; null: none or not told.")
    ]
    thresholds: Annotated[
        str | None,
        Field(description="JSON: the gate's bounds or vertices by channel; null where a gates' file holds them."),
    ]
    threshold_source: Annotated[
        str | None, Field(description="How they were chosen: unstained, fmo, isotype, data-driven, …; null as above.")
    ]
    na_reason: NaReason
