"""``core.features``: what the count files name, annotated by the study's reference table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from schemas.base import tables
from schemas.polars_schema import conform
from tasks.contracts import RawFile
from tasks.engine.study_files import StudyFolder
from tasks.methods.annotation import annotate, read_features
from warehouse.store import Session

FEATURES = "core.features"


def refresh(
    session: Session, folder: StudyFolder, libraries: Collection[str], named: Mapping[str, pl.DataFrame] | None = None
) -> None:
    """Rebuild the features of the given libraries from the counts that are loaded; call it inside a transaction.

    Symbol and biotype come from the study's annotation, else from the count files (``named``:
    feature_id, symbol, biotype by library), else from what was known before.
    """
    study_id = folder.study.study_id
    reference = folder.references.get("features")
    annotation = read_features(RawFile.read(Path(reference.path), reference.name)) if reference and libraries else None
    for library in sorted(libraries):
        ids = session.read(
            "core.feature_counts", {"study_id": [study_id], "library": [library]}, ["feature_id"], distinct=True
        )
        known = session.read(
            FEATURES, {"study_id": [study_id], "library": [library]}, ["feature_id", "symbol", "biotype"]
        )
        if named and library in named:
            known = pl.concat([named[library].select(known.columns), known]).unique("feature_id", keep="first")
        frame = annotate(ids.join(known, on="feature_id", how="left"), annotation, library).sort("feature_id")
        session.replace(
            FEATURES,
            {"study_id": [study_id], "library": [library]},
            conform(frame, tables()[FEATURES], {"study_id": study_id, "library": library}),
        )


def libraries(session: Session, study_id: str) -> list[str]:
    """Libraries that the study has counts of."""
    return session.read(FEATURES, {"study_id": [study_id]}, ["library"], distinct=True)["library"].to_list()
