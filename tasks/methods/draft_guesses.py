"""What a raw file of no known product may be, for the draft of a study: a guess that a person confirms in files.csv."""

from __future__ import annotations

import polars as pl

from tasks.contracts import RawFile
from tasks.methods.annotation import SYMBOL_COLUMNS, plain_name
from tasks.methods.delimited import sniff
from tasks.methods.delimited_table import is_number
from tasks.methods.feature_ids import are_feature_ids
from tasks.methods.generic_plates import shape_of
from tasks.methods.matrix_columns import columns, has_no_header, is_id_column
from tasks.methods.signatures import recognise_file

_NAMES = {"genes", "feature", "target", *SYMBOL_COLUMNS} - {"name"}  # besides those of ids; anything has a name
_MIN_SAMPLES = 2
_MIN_FEATURES = 2


def guessed_assay(raw: RawFile) -> str | None:
    """``cell_viability`` of a printed plate, ``expression_counts`` of a small table of whole numbers by gene.

    A table counts where its first column is named for genes or holds names of a feature database: any
    other table of whole numbers may be anything, and gives null. Never raises.
    """
    if recognise_file(raw) is not None:
        return None
    if shape_of(raw) == "grid":
        return "cell_viability"
    return "expression_counts" if _is_small_matrix(raw) else None


def _is_small_matrix(raw: RawFile) -> bool:
    found = sniff(raw)
    if found is None or len(found.rows) < _MIN_FEATURES or has_no_header(found, ()):
        return False
    at = columns(found, ())
    cells = [cell for i in at.samples for cell in found.column(i)]
    ids = found.column(at.id)
    return (
        len(at.samples) >= _MIN_SAMPLES
        and len(set(ids)) == len(ids)
        and (_is_of_features(found.names[at.id]) or are_feature_ids(pl.Series(ids, dtype=pl.String)))
        and all(is_number(c) and float(c).is_integer() and float(c) >= 0 for c in cells)
    )


def _is_of_features(column: str) -> bool:
    return is_id_column(column) or plain_name(column) in _NAMES
