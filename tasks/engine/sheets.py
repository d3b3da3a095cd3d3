"""The study's sheets to core tables: small, replaced whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from schemas.base import Table
from schemas.polars_schema import schema
from schemas.study import Study
from schemas.tables import comparisons, contrasts, donors, exclusions, materials, samples, studies
from warehouse.plan import digest
from warehouse.store import Session


def frames(study: Study, path: str, registered_at: datetime) -> dict[type[Table], pl.DataFrame]:
    """Every sheet as a frame of its core table."""
    order = {c: i for i, c in enumerate(study.config.condition_ids)}
    rows: Mapping[type[Table], Sequence[Mapping[str, Any]]] = {
        studies.Study: [
            {
                "path": path,
                "title": study.config.title,
                "organism": study.config.organism,
                "is_simulated": study.config.is_simulated,
                "manifest": study.config.model_dump_json(),
                "registered_at": registered_at,
            }
        ],
        samples.Sample: [
            {
                "sample_id": s.sample,
                "condition": s.condition,
                "condition_order": order[s.condition],
                "donor_id": s.donor,
                "replicate": s.replicate,
                "experiment": s.experiment,
                "culture_date": s.culture_date,
                "passage": s.passage,
                "batch": s.batch,
                "material_id": s.material,
                "attributes": json.dumps(s.attributes, sort_keys=True),
            }
            for s in study.samples
            if s.condition in order
        ],
        contrasts.Contrast: [
            {
                "contrast_id": c.id,
                "variable": c.variable,
                "reference": c.reference,
                "target": c.target,
                "blocking": ";".join(c.blocking) or "none",
                "test": c.test,
                "interaction": c.interaction or None,
                "random": c.random or None,
                "excluded_samples": ";".join(c.excluded_samples),
                "problem": c.problem,
            }
            for c in study.contrasts
        ],
        comparisons.Comparison: [
            {
                "comparison_id": c.id,
                "assays": ";".join(c.assays),
                "experiment": c.experiment,
                "conditions": ";".join(c.conditions),
                "pairs": ";".join(c.pairs),
                "time_h": c.time_h,
                "problem": c.problem,
            }
            for c in study.comparisons
        ],
        donors.Donor: [
            {
                "donor_id": d.donor,
                **d.model_dump(include={"kind", "sex", "pfirrmann", "consent_ref"}),
                "attributes": json.dumps(d.attributes, sort_keys=True),
            }
            for d in study.donors
        ],
        materials.Material: [
            {
                "material_id": m.material,
                "donor_id": m.donor,
                **m.model_dump(include={"kind", "passage", "lot", "dose"}),
                "attributes": json.dumps(m.attributes, sort_keys=True),
            }
            for m in study.materials
        ],
        exclusions.Exclusion: [
            {
                "exclusion_id": digest([e.file, e.well, e.sample, e.reason]),
                "file_name": e.file,
                "well": e.well,
                "sample_id": e.sample,
                "reason": e.reason,
            }
            for e in dict.fromkeys(e.model_copy(update={"line": 0}) for e in study.exclusions)  # said twice, meant once
        ],
    }
    return {
        table: pl.DataFrame([{"study_id": study.study_id, **r} for r in found], schema=schema(table), orient="row")
        for table, found in rows.items()
    }


def write(session: Session, study: Study, path: str, now: datetime) -> None:
    """Replace the study's sheets; call it inside a transaction."""
    known = session.read("core.studies", {"study_id": [study.study_id]}, ["registered_at"])
    since = known["registered_at"][0] if known.height else now
    for table, frame in frames(study, path, since).items():
        session.replace(table.table_name, {"study_id": [study.study_id]}, frame)
    for table in frames(study, path, since):
        session.check_references(table, {"study_id": [study.study_id]})
