from __future__ import annotations

import polars as pl
import pytest

from schemas.tables.sample_size_factors import SampleSizeFactor
from tasks.methods.result_frames import result_frame

NAMES = ["library", "method", "fit", "sample_id", "size_factor", "quality_weight"]


def test_a_frame_is_cut_to_the_declared_columns_order_and_type() -> None:
    row = {"size_factor": 1, "sample_id": "S1", "fit": "~ a", "method": "deseq2", "library": "gene", "extra": 3}
    row |= {"quality_weight": None}
    for found in (result_frame([row], SampleSizeFactor), result_frame(pl.DataFrame([row]), SampleSizeFactor)):
        assert found.columns == NAMES
        assert found.schema["size_factor"] == pl.Float64
        assert found.row(0) == ("gene", "deseq2", "~ a", "S1", 1.0, None)


def test_no_rows_keep_the_types_and_a_frame_without_a_declared_column_is_refused() -> None:
    assert result_frame([], SampleSizeFactor).schema["fit"] == pl.String
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        result_frame(pl.DataFrame({"library": ["gene"]}), SampleSizeFactor)
