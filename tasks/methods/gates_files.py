"""A study's gates file as strategies, and the populations that it gives an acquisition."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from schemas.errors import BadInputError, Problem, bad_input, warning
from tasks.methods.flow_tubes import Tube
from tasks.methods.flowjo_gates import WorkspaceSample, file_names, is_workspace, read_workspace, strategy_for
from tasks.methods.gating import Acquisition, Gating, Matrix, Strategy
from tasks.methods.gating_ml import is_gating_ml, read_gating_ml
from tasks.methods.safe_xml import read_xml

_REMEDY = "Name a GatingML 2.0 file or a FlowJo 10 workspace (.wsp) as flow.gating in study.yaml."


@dataclass(frozen=True)
class GatesFile:
    """Strategies of one file: one for all acquisitions (GatingML) or by the workspace's samples."""

    name: str
    strategy: Strategy | None
    samples: tuple[WorkspaceSample, ...]


@lru_cache(maxsize=4)
def read_gates(content: bytes, name: str) -> GatesFile:
    """Read GatingML 2.0 or a FlowJo workspace. Raises ``BadInputError`` for anything else, and for unsafe XML."""
    root = read_xml(content, name, _REMEDY)
    if is_gating_ml(root):
        return GatesFile(name, read_gating_ml(root, name), ())
    if is_workspace(root):
        return GatesFile(name, None, tuple(read_workspace(root, name)))
    kind = root.tag.rpartition("}")[2]
    raise bad_input(
        name, "", "no_gates_file", f"the file begins with <{kind}>, which holds no gates known here", _REMEDY
    )


def gated(tube: Tube, file_name: str, gates: GatesFile) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Rows of core.flow_populations for one acquisition, and why there are none.

    ``file_name``: of the acquisition, which FlowJo's samples are found by.
    """
    strategy = gates.strategy
    problems: list[Problem] = []
    if strategy is None:
        sample = strategy_for(list(gates.samples), file_names(file_name) | _written(tube))
        if sample is None:
            message = f"the workspace has no gates for {file_name}"
            remedy = "Add the file to the workspace under its own name, and gate it there."
            return [], [warning(gates.name, file_name, "not_in_workspace", message, remedy)]
        strategy = sample.strategy
        problems += sample.problems
    try:
        rows = _rows(tube, strategy)
    except BadInputError as error:
        return [], [*problems, *(warning(p.file, f"{p.place}, on {file_name}", p.rule, p.message, p.remedy)
                                 for p in error.problems)]  # fmt: skip
    return rows, problems


def _written(tube: Tube) -> set[str]:
    """The name that the cytometer gave the file ($FIL): FlowJo keeps it when people rename files."""
    return file_names(json.loads(tube.row["keywords"] or "{}").get("$FIL", ""))


def _rows(tube: Tube, strategy: Strategy) -> list[dict[str, Any]]:
    acquisition = acquisition_of(tube)
    row, total = tube.row, acquisition.event_count
    gating = Gating(strategy, acquisition)
    found = []
    own = tube.compensation if tube.is_compensated else None
    for gate, mask in gating.populations():
        count = int(mask.sum())
        parent = int(gating.mask(gate.parent).sum()) if gate.parent else total
        used = gating.compensations(gate)
        found.append(
            {
                **{k: row[k] for k in ("object_id", "data_set", "sample_name", "sample_id", "material_id", "time_h")},
                "panel": row["panel"],
                "gate_source": strategy.source,
                "gating": strategy.file,
                "gate_path": "/".join(gate.path),
                "population": gate.path[-1],
                "parent": "/".join(gate.parent) if gate.parent else None,
                "marker": None,
                "event_count": count,
                "parent_count": parent,
                "percent_of_parent": 100 * count / parent if parent else None,
                "percent_of_total": 100 * count / total if total else None,
                "compensation": ", ".join(own or "none" if c == "FCS" else c for c in used) or None,
                "thresholds": None,
                "threshold_source": None,
                "na_reason": None if parent else "empty_parent",
            }
        )
    return found


def acquisition_of(tube: Tube) -> Acquisition:
    """A tube's events uncompensated, with its matrix for gates that ask for it."""
    present = [c for c in tube.channels if c["column"] in tube.events.columns]
    spillover = tube.spillover if tube.is_compensated else None
    matrix = Matrix(spillover.channels, spillover.channels, spillover.matrix) if spillover else None
    return Acquisition(
        {c["column"]: tube.events[c["column"]].to_numpy() for c in present},
        {c["name"]: c["column"] for c in reversed(present)},
        {c["marker"]: c["column"] for c in reversed(present) if c["marker"]},
        matrix,
    )


def read_study_gates(files: pl.DataFrame) -> GatesFile | None:
    """The study's gates from rows of core.gate_files; null when it has none."""
    rows = files.to_dicts()
    return read_gates(rows[0]["content"], rows[0]["file_name"]) if rows else None
