from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pytest
from scipy import sparse

from schemas.errors import UserError
from tasks.exports.h5ad import EXPORT
from tasks.methods.published_study import Published
from tests.published import published

SAMPLES = [
    {"sample_id": name, "condition": condition, "condition_order": order, "donor_id": donor}
    for name, condition, order, donor in (("Z", "control", 0, "D1"), ("A", "il1b", 1, "D1"), ("B", "il1b", 1, "D2"))
]
FEATURES = [
    {"library": "gene", "feature_id": f, "symbol": s, "rna_class": c}
    for f, s, c in (("g1", "FOS", "mrna"), ("g2", None, "mrna"), ("g3", "MIR21", "mirna"), ("g4", "HYI", "mrna"))
]


def count(sample: str, feature: str, value: float, **more: object) -> dict[str, object]:
    row = {"object_id": "a", "library": "gene", "sample_name": sample, "sample_id": sample, "feature_id": feature}
    return {**row, "count": value, **more}


def study(*more: dict[str, object], **tables: list[dict[str, Any]]) -> Published:
    counts = [count("Z", "g1", 5), count("Z", "g3", 2), count("A", "g1", 7.5), count("B", "g2", 0), *more]
    named = {name.replace("__", "."): rows for name, rows in tables.items()}
    known = {"core.samples": SAMPLES, "core.features": FEATURES, "core.feature_counts": counts}
    return published({**known, **named})


def test_each_class_has_its_file_with_samples_in_the_order_of_display(tmp_path: Path) -> None:
    EXPORT.write(study(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mirna_in_gene.h5ad", "mrna.h5ad"]
    found = anndata.read_h5ad(tmp_path / "mrna.h5ad")
    assert found.obs_names.tolist() == ["Z", "A", "B"]
    assert found.obs["condition"].cat.categories.tolist() == ["control", "il1b"]
    assert found.var["symbol"].isna().tolist() == [False, True]
    assert (found.uns["study_id"], found.uns["rna_class"]) == ("trial", "mrna")
    with h5py.File(tmp_path / "mrna.h5ad") as file:  # without anndata: CSR as it lies in the file
        x = file["X"]
        assert x.attrs["encoding-type"] == "csr_matrix"
        matrix = sparse.csr_matrix((x["data"][:], x["indices"][:], x["indptr"][:]), shape=tuple(x.attrs["shape"]))
    assert matrix.toarray().tolist() == [[5, 0], [7.5, 0], [0, 0]]
    assert found.layers["counts"].toarray().tolist() == matrix.toarray().tolist()


def test_normalised_values_and_tests_stand_at_their_feature(tmp_path: Path) -> None:
    fit = {"library": "gene", "method": "deseq2"}
    values = [("~ condition", "A", "g2", 3.0), ("~ donor", "A", "g1", 1.0), ("~ donor", "B", "g1", 2.0)]
    normalized = [{**fit, "fit": f, "sample_id": s, "feature_id": g, "value": v} for f, s, g, v in values]
    tests = [
        {**fit, "contrast_id": "x/y", "rna_class": "mrna", "feature_id": "g2", "pvalue": 1e-300, "direction": "up"}
    ]
    made = study(
        result__normalized_expression=normalized,
        result__differential_expression=tests,
        result__sample_size_factors=[{**fit, "fit": "~ donor", "sample_id": "B", "size_factor": 0.5}],
        core__contrasts=[{"contrast_id": "x/y", "variable": "condition"}],
    )
    EXPORT.write(made, tmp_path)
    found = anndata.read_h5ad(tmp_path / "mrna.h5ad")
    assert found.uns["fits"] == {"normalized": "deseq2 ~ donor", "normalized_2": "deseq2 ~ condition"}
    np.testing.assert_array_equal(found.layers["normalized"], [[np.nan, np.nan], [1, np.nan], [2, np.nan]])
    np.testing.assert_array_equal(found.layers["normalized_2"][1], [np.nan, 3])
    table = found.varm["x%2Fy deseq2"]
    assert table.index.tolist() == found.var_names.tolist() == ["g1", "g2"]
    np.testing.assert_array_equal(table["pvalue"], [np.nan, 1e-300])
    assert table["direction"].astype(object).tolist()[1] == "up"
    np.testing.assert_array_equal(found.obs["size_factor deseq2 ~ donor"], [np.nan, np.nan, 0.5])
    assert found.uns["contrasts"].index.tolist() == ["x/y"]


def test_of_two_files_of_a_sample_the_one_that_the_fit_used_stands(tmp_path: Path) -> None:
    other = count("A", "g1", 99, object_id="b")
    with pytest.raises(UserError, match=r"Several files count A in library gene.*source: \{gene: FILE\}"):
        EXPORT.write(study(other), tmp_path)
    parameters = {"library": "gene", "objects": {"library": {"A": "b"}}}
    run = {"analysis": "differential_expression", "status": "done", "parameters": json.dumps(parameters)}
    EXPORT.write(study(other, ops__analysis_runs=[run]), tmp_path)
    assert anndata.read_h5ad(tmp_path / "mrna.h5ad").to_df().loc["A", "g1"] == 99


def test_without_counts_or_with_a_sample_twice_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no counts of known samples"):
        EXPORT.write(published({}), tmp_path)
    with pytest.raises(UserError, match=r"A, A\.bam are the same sample"):
        EXPORT.write(study(count("A", "g1", 1, sample_name="A.bam")), tmp_path)
