"""study.yaml as a model."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.bench_options import (
    Condition,
    Expectation,
    Flow,
    Qpcr,
    Schedule,
    Statistics,
    ViabilityOptions,
)
from schemas.sheet_model import SheetModel
from schemas.transcriptome_options import Annotation, Cerna, Enrichment, Expression


class StudyYaml(SheetModel):
    """study.yaml with its defaults."""

    study_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    title: str = ""
    organism: str = "Homo sapiens"
    genome: str = ""
    schedule: Schedule | None = None
    conditions: list[Condition] = Field(min_length=1)
    expectations: list[Expectation] = Field(default_factory=list)
    expression: Expression = Expression()
    qpcr: Qpcr = Qpcr()
    statistics: Statistics = Statistics()
    viability: ViabilityOptions = ViabilityOptions()
    flow: Flow = Flow()
    cerna: Cerna = Cerna()
    enrichment: Enrichment = Enrichment()
    annotation: Annotation = Annotation()
    is_simulated: bool = Field(default=False, description="Written by the simulator; no real measurement.")

    @property
    def condition_ids(self) -> list[str]:
        """Condition ids in display order."""
        return [c.id for c in self.conditions]

    @property
    def reference(self) -> str:
        """The first condition."""
        return self.conditions[0].id

    @model_validator(mode="after")
    def _conditions_are_unique(self) -> Self:
        ids = self.condition_ids
        if len(set(ids)) < len(ids):
            raise ValueError(f"duplicate condition ids: {sorted({i for i in ids if ids.count(i) > 1})}")
        return self
