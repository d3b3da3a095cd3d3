"""Expression as AnnData, a file per RNA class, for scanpy, Seurat (through conversion) and their relatives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from logging import getLogger
from pathlib import Path

import polars as pl

from schemas.errors import UserError
from tasks.methods.annotated_counts import Counted, annotated
from tasks.methods.published_study import Export, Published

log = getLogger(__name__)
OWN_LIBRARY = {"mirna": "mirna", "circrna": "circrna"}  # where a class is expected; all others among the genes


def write(study: Published, folder: Path) -> None:
    """Write ``CLASS.h5ad`` for mrna, lncrna, mirna, circrna and other, of all samples with counts.

    A class that another library has as well (miRNA genes among genes) is ``CLASS_in_LIBRARY.h5ad`` there. Raises
    ``UserError`` without counts, and where two files count one sample and no fit says which one stands.
    """
    counts = _chosen(study.read("core.feature_counts").filter(pl.col("sample_id").is_not_null()), study)
    if counts.is_empty():
        raise UserError(f"{study.study_id} has no counts of known samples, so there is nothing for h5ad. Try xlsx.")
    said = {"study_id": study.study_id, "title": study.title, "published_at": study.published_at.isoformat()}
    said |= {"versions": json.dumps(dict(study.versions))}
    for library, rna_class, counted in _classes(study, counts):
        is_own = OWN_LIBRARY.get(rna_class, "gene") == library
        path = folder / f"{rna_class}{'' if is_own else f'_in_{library}'}.h5ad"
        found = annotated(counted, {**said, "library": library, "rna_class": rna_class})
        found.write_h5ad(path, compression="gzip")
        log.info("%s: %d samples x %d features", path.name, found.n_obs, found.n_vars)


def _classes(study: Published, counts: pl.DataFrame) -> Iterator[tuple[str, str, Counted]]:
    names = ("core.features", "core.samples", "core.contrasts", "result.normalized_expression")
    features, samples, contrasts, normalized = (study.read(name) for name in names)
    factors, tests = study.read("result.sample_size_factors"), study.read("result.differential_expression")
    for (library,), mine in sorted(counts.group_by("library")):
        of = pl.col("library") == library
        known = samples.join(mine, on="sample_id", how="semi").sort("condition_order", "sample_id")
        counted_features = features.filter(of).join(mine, on="feature_id", how="semi").sort("feature_id")
        for (rna_class,), chosen in sorted(counted_features.group_by("rna_class", maintain_order=True)):
            tested = tests.filter(of & (pl.col("rna_class") == rna_class))
            frames = (mine, chosen, known, normalized.filter(of), factors.filter(of), tested, contrasts)
            yield str(library), str(rna_class), Counted(*frames)


def _chosen(counts: pl.DataFrame, study: Published) -> pl.DataFrame:
    """One count per library, sample and feature: where several files count a sample, the file that the fits used."""
    files = counts.select("library", "sample_id", "object_id").unique()
    if not files.select("library", "sample_id").is_duplicated().any():
        return _once(counts, study)
    runs = study.read("ops.analysis_runs").filter(pl.col("analysis") == "differential_expression").sort("finished_at")
    used: dict[tuple[str, str], str] = {}
    for text in runs.filter(pl.col("status") == "done")["parameters"]:
        parameters = json.loads(text)
        for sample, object_id in parameters["objects"]["library"].items():
            used[parameters["library"], sample] = object_id
    doubled = files.filter(files.select("library", "sample_id").is_duplicated()).sort("library", "sample_id")
    for library, sample in doubled.select("library", "sample_id").unique(maintain_order=True).iter_rows():
        if (library, sample) not in used:
            raise UserError(
                f"Several files count {sample} in library {library}. Say in study.yaml which one stands, "
                f"`expression: {{source: {{{library}: FILE}}}}`, and run the study again."
            )
    kept = [(lib, s, o) for lib, s, o in files.iter_rows() if used.get((lib, s), o) == o]
    chosen = pl.DataFrame(kept, schema=["library", "sample_id", "object_id"], orient="row")
    return _once(counts.join(chosen, on=["library", "sample_id", "object_id"], how="semi"), study)


def _once(counts: pl.DataFrame, study: Published) -> pl.DataFrame:
    """The counts. Raises ``UserError`` where one file counts a sample under two names."""
    names = counts.select("library", "sample_id", "sample_name").unique()
    twice = names.filter(names.select("library", "sample_id").is_duplicated())["sample_name"].sort().to_list()
    if twice:
        raise UserError(
            f"{', '.join(twice)} are the same sample of {study.study_id}. Keep one of the columns, or give them "
            "different names in samples.csv."
        )
    return counts.select("library", "sample_id", "feature_id", "count")


EXPORT = Export("h5ad", write)
