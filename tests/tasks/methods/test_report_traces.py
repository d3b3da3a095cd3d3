from __future__ import annotations

from typing import Any

import polars as pl

from schemas.base import columns, declared
from tasks.methods.put_back import LeftOut
from tasks.methods.report_traces import TABLES, TRACES, family_anchor, file_anchor, readings, readings_grid
from tests.report_study import CONFIG, PLATE, RUN, column, frames, table

VIABILITY = {"experiment": "main", "assay": "cell_viability", "measure": "viability", "target": "", "time_h": 72.0}
ACAN = {"experiment": "main", "assay": "qpcr", "measure": "expression", "target": "ACAN", "time_h": None}
LABELS = {c.id: c.label for c in CONFIG.conditions}


def test_every_traced_column_is_declared() -> None:
    for traces in TRACES.values():
        for trace in traces:
            known = {c.name for c in columns(declared()[trace.table])}
            assert set(trace.columns) | set(trace.beside) <= known
            assert {"object_id", "sample_id"} <= known


def test_a_viability_leads_to_its_wells_and_blanks() -> None:
    rows = readings(VIABILITY, frames(), [])
    assert rows.height == 20
    assert set(rows["role"]) == {"sample", "blank"}
    assert set(rows["file_name"]) == {"landing/cck8.txt"}
    assert rows.filter(pl.col("condition") == "exo").height == 6
    assert readings(VIABILITY | {"time_h": 24.0}, frames(), []).height == 0


def test_a_fold_change_leads_to_target_and_reference_gene() -> None:
    rows = readings(ACAN, frames(), ["GAPDH"])
    assert rows.group_by("target").len().sort("target").rows() == [("ACAN", 9), ("GAPDH", 9)]
    assert set(readings(ACAN | {"target": "SOX9"}, frames(), ["GAPDH"])) == set()


def test_loading_controls_are_those_of_the_membrane() -> None:
    bands: list[dict[str, Any]] = []
    for membrane in ("M1", "M2"):
        for role, target in (("target", "SOX9" if membrane == "M1" else "ACAN"), ("loading", "GAPDH")):
            own = {"object_id": PLATE, "membrane": membrane, "lane": 1, "target": target, "target_role": role}
            bands.append(own | {"sample_id": "NP1_control", "signal": 5.0})
    given = frames(core__blot_bands=table("core.blot_bands", bands))
    row = ACAN | {"assay": "western_blot", "measure": "protein", "target": "SOX9"}
    assert readings(row, given, []).select("membrane", "target").sort("target").rows() == [
        ("M1", "GAPDH"),
        ("M1", "SOX9"),
    ]


def test_another_experiment_s_readings_are_not_mixed_in() -> None:
    assert readings(VIABILITY | {"experiment": "second"}, frames(), []).height == 0


def test_measures_of_the_same_readings_share_their_table() -> None:
    flow = VIABILITY | {"assay": "flow_cytometry"}
    assert family_anchor(flow | {"measure": "percent_live"}) == family_anchor(flow | {"measure": "percent_necrotic"})
    assert family_anchor(ACAN) != family_anchor(ACAN | {"target": "SOX9"})


def test_the_table_names_file_and_hash_and_leads_to_the_file() -> None:
    made = readings_grid(ACAN, frames(), ["GAPDH"], LABELS)
    assert made is not None
    assert made.anchor == family_anchor(ACAN)
    assert made.folded
    assert set(column(made, "condition")) == {"Control", "IL-1β", "IL-1β + exosomes"}
    assert set(column(made, "sha256")) == {RUN[:12]}
    assert {row[made.columns.index("file")].href for row in made.rows} == {f"#{file_anchor(RUN)}"}


def test_an_assay_without_readings_has_no_table() -> None:
    assert readings_grid(ACAN | {"assay": "unheard_of"}, frames(), [], {}) is None
    empty = frames() | {name: table(name) for name in TABLES}
    assert readings_grid(VIABILITY, empty, [], {}) is None


LEFT = (
    LeftOut(PLATE, "A01", None, "well A01 of landing/cck8.txt (bubble)"),
    LeftOut(PLATE, None, "NP2_control", "culture NP2_control of landing/cck8.txt (late)"),
    LeftOut(None, None, "NP3_exo", "culture NP3_exo (contaminated)"),
    LeftOut(RUN, None, None, "file landing/qpcr.txt (power cut)"),
)


def test_what_is_left_out_is_marked_with_its_reason_and_nothing_else_is() -> None:
    made = readings_grid(VIABILITY, frames(), [], LABELS, LEFT)
    assert made is not None
    said = {(row[0].text, row[made.columns.index("well")].text): why
            for row, why in zip(made.rows, column(made, "is excluded"), strict=True)}  # fmt: skip
    out = {at: why for at, why in said.items() if why != "no"}
    assert out == {
        ("NP1_control", "A01"): "yes: well A01 of landing/cck8.txt (bubble)",
        ("NP2_control", "B01"): "yes: culture NP2_control of landing/cck8.txt (late)",
        ("NP2_control", "B02"): "yes: culture NP2_control of landing/cck8.txt (late)",
        ("NP3_exo", "I01"): "yes: culture NP3_exo (contaminated)",
        ("NP3_exo", "I02"): "yes: culture NP3_exo (contaminated)",
    }
    assert made.caption.endswith("experiment main, 5 of them excluded")
    assert "no tested value rests on it" in made.note
    run = readings_grid(ACAN, frames(), ["GAPDH"], LABELS, LEFT)
    assert run is not None
    assert {why.partition(" (")[0] for why in column(run, "is excluded")} >= {"yes: file landing/qpcr.txt"}
    assert "no" not in column(run, "is excluded")


def test_where_nothing_is_left_out_nothing_is_said_of_it() -> None:
    made = readings_grid(VIABILITY, frames(), [], LABELS, ())
    assert made is not None
    assert "is excluded" not in made.columns
    assert "excluded" not in made.caption + made.note
