"""A study's gates file as strategies, and the populations that it gives an acquisition."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from schemas.errors import BadInputError, Problem, bad_input, warning
from tasks.methods.flow_gates import Gate
from tasks.methods.flow_tubes import Tube
from tasks.methods.flowjo_gates import WorkspaceSample, file_names, is_workspace, read_workspace, strategies_for
from tasks.methods.gating import OWN_MATRIX, Acquisition, Gating, Matrix, Strategy
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
    found = samples_of(tube, file_name, gates)
    if len(found) != 1:
        several = f"{len(found)} samples that may be {file_name} by their names, gated differently"
        message = f"the workspace has {several if found else f'no gates for {file_name}'}"
        rule = "ambiguous_in_workspace" if found else "not_in_workspace"
        remedy = "Add the file to the workspace under its own name, and gate it there."
        return [], [warning(gates.name, file_name, rule, message, remedy)]
    strategy, problems = found[0].strategy, list(found[0].problems)
    rows, wrong = _rows(tube, strategy)
    for problem in wrong[:1]:
        message = (
            f"{len(wrong)} of {len(strategy.gates)} gates do not fit {file_name}; {problem.place}: {problem.message}"
        )
        problems.append(warning(gates.name, file_name, problem.rule, message, problem.remedy))
    return rows, problems


def samples_of(tube: Tube, file_name: str, gates: GatesFile) -> list[WorkspaceSample]:
    """Which of the file's strategies may be meant for the acquisition: GatingML's only one, or those of its samples."""
    if gates.strategy is not None:
        return [WorkspaceSample(frozenset(), gates.strategy, ())]
    return strategies_for(list(gates.samples), file_names(file_name) | _written(tube))


def _written(tube: Tube) -> set[str]:
    """The name that the cytometer gave the file ($FIL): FlowJo keeps it when people rename files."""
    return file_names(json.loads(tube.row["keywords"] or "{}").get("$FIL", ""))


def _rows(tube: Tube, strategy: Strategy) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Populations of the gates that fit, and why the others do not."""
    acquisition = acquisition_of(tube)
    gating = Gating(strategy, acquisition)
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for path, gate in strategy.gates.items():
        try:
            count = int(gating.mask(path).sum())
        except BadInputError as error:
            problems += error.problems
            continue
        parent = int(gating.mask(gate.parent).sum()) if gate.parent else acquisition.event_count
        found.append(_row(tube, strategy, gate, gating.compensations(gate), count, parent))
    return found, problems


def _row(
    tube: Tube, strategy: Strategy, gate: Gate, matrices: tuple[str, ...], count: int, parent: int
) -> dict[str, Any]:
    row, total = tube.row, tube.events.height
    own = tube.compensation if tube.is_compensated else None
    same = ("object_id", "data_set", "sample_name", "sample_id", "material_id", "time_h", "panel")
    return {
        **{k: row[k] for k in same},
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
        "compensation": ", ".join(own or "none" if m == OWN_MATRIX else m for m in matrices) or None,
        "thresholds": None,
        "threshold_source": None,
        "na_reason": None if parent else "empty_parent",
    }


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
