from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.analyses.flow_compensations import ACQUISITIONS, ANALYSIS, COMPENSATIONS, EVENTS, OBJECTS
from tasks.contracts import Computed, Context, RawFile
from tasks.methods.spillover import Spillover
from tasks.methods.spillover_tables import read_matrix
from tasks.parsers.fcs import PARSER
from tests.tasks.methods.fcs_files import fcs_file
from tests.tasks.parsers.bench_files import STUDY, context, raw_file

ASSAY = "flow_cytometry"
NO_CONTROLS = "no matrix in the file or the study, and no single stains of its run and panel"
NAMES = ("FSC-A", "FITC-A", "PE-A")
SPILL = {"SPILL": "2,FITC-A,PE-A,1,0.2,0.05,1"}
IDENTITY = {"SPILL": "2,FITC-A,PE-A,1,0,0,1"}
UNSTAINED, FITC, PE = [[9, 10, 20]] * 3, [[9, 1010, 220]] * 3, [[9, 60, 1020]] * 3


def loaded(*files: tuple[RawFile, Context]) -> dict[str, pl.DataFrame]:
    """Tables as the loader would have them."""
    rows, events, named = [], [], []
    for number, (raw, about) in enumerate(files):
        found = PARSER.parse(raw, about)
        own = pl.lit(f"{number:064}").alias("object_id")
        named.append({"object_id": f"{number:064}", "file_name": raw.name, "status": "loaded"})
        rows.append(found.frames[ACQUISITIONS].with_columns(own, pl.lit(value=False).alias("is_excluded")))
        events.append(found.derived["flow_events"].select(own, pl.all()))
    return {
        ACQUISITIONS: pl.concat(rows, how="vertical_relaxed"),
        EVENTS: pl.concat(events, how="diagonal_relaxed"),
        OBJECTS: pl.DataFrame(named),
    }


def computed(frames: dict[str, pl.DataFrame]) -> Computed:
    parts = ANALYSIS.parts(STUDY, {k: v.select({"object_id", *ANALYSIS.reads[k]}) for k, v in frames.items()})
    found = []
    for part in parts:
        kept = {}
        for table in part.tables or ANALYSIS.reads:
            where = part.where.get(table, {})
            hits = [
                pl.col(c).is_in(pl.Series(v, dtype=frames[table].schema[c]).implode(), nulls_equal=True)
                for c, v in where.items()
            ]
            kept[table] = frames[table].filter(*hits)
        found.append(ANALYSIS.run(part, kept))
    rows = pl.concat([f.frames[COMPENSATIONS] for f in found if f.frames], how="vertical_relaxed").sort("object_id")
    return Computed({COMPENSATIONS: rows}, tuple(p for f in found for p in f.problems))


def tube(
    folder: Path, events: object, name: str, keywords: dict[str, str] | None = None, **row: object
) -> tuple[RawFile, Context]:
    content = fcs_file(np.array(events, np.float32), NAMES, keywords=keywords)
    return raw_file(folder, content, f"{name}.fcs"), context(assay=ASSAY, **row)


def controls(folder: Path, **row: object) -> list[tuple[RawFile, Context]]:
    return [
        tube(folder, UNSTAINED, "bare", control="unstained", **row),
        tube(folder, FITC, "fitc", control="single_stain", marker="FITC-A", **row),
        tube(folder, PE, "pe", control="single_stain", marker="PE", **row),
    ]


def test_single_stains_compensate_what_has_no_matrix(tmp_path: Path) -> None:
    sample = tube(tmp_path, [[1, 2, 3]], "C1", sample="C1")
    found = computed(loaded(sample, *controls(tmp_path)))
    row = found.frames[COMPENSATIONS].row(0, named=True)
    assert (row["source"], row["compensation"]) == ("single_stains", "single stains of FITC-A, PE-A")
    np.testing.assert_allclose(Spillover.from_json(row["spillover"]).array, [[1, 0.2], [0.05, 1]])
    assert (row["flag"], row["na_reason"], found.problems) == (None, None, ())


def test_single_stains_may_be_named_as_the_samples_name_their_stains(tmp_path: Path) -> None:
    sample = tube(tmp_path, [[1, 2, 3]], "C1", {"$P2S": "CD73", "$P3S": "CD34"}, sample="C1")
    stains = [
        tube(tmp_path, UNSTAINED, "bare", control="unstained"),
        tube(tmp_path, FITC, "fitc", control="single_stain", marker="CD73"),
        tube(tmp_path, PE, "pe", control="single_stain", marker="CD34"),
    ]
    row = computed(loaded(sample, *stains)).frames[COMPENSATIONS].row(0, named=True)
    assert row["compensation"] == "single stains of FITC-A, PE-A"


def test_the_real_controls_give_the_matrix_that_flowcore_gives(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/flow/compdata"
    said = dict(line.split(",") for line in (folder / "comp_match").read_text().split()[1:])
    files = [
        (RawFile.read(folder / "data" / name), context(assay=ASSAY, control="unstained"))
        if channel == "unstained"
        else (RawFile.read(folder / "data" / name), context(assay=ASSAY, control="single_stain", marker=channel))
        for name, channel in said.items()
    ]
    row = computed(loaded(*files)).frames[COMPENSATIONS].row(0, named=True)
    assert row["source"] == "single_stains"
    found = Spillover.from_json(row["spillover"])
    reference = read_matrix(raw_file(tmp_path, (folder / "compref").read_bytes()))
    order = [found.channels.index(c) for c in reference.channels]
    np.testing.assert_allclose(found.array[np.ix_(order, order)], reference.array, rtol=1e-6)


def test_keywords_and_files_go_before_single_stains(tmp_path: Path) -> None:
    matrix = raw_file(tmp_path, b"FITC-A,PE-A\n1,0.5\n0.25,1\n", "matrix.csv")
    raw, about = tube(tmp_path, [[1, 2, 3]], "C2", SPILL, sample="C2")
    files = [
        tube(tmp_path, [[1, 2, 3]], "C1", SPILL, sample="C1"),
        (raw, Context(about.study, about.row, None, {"flow.compensation": matrix})),
        tube(tmp_path, [[1, 2, 3]], "C3", IDENTITY, sample="C3"),
        *controls(tmp_path),
    ]
    rows = computed(loaded(*files)).frames[COMPENSATIONS].head(3)
    assert rows["source"].to_list() == ["keyword", "matrix_file", "single_stains"]
    assert rows["compensation"][1] == matrix.name


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (lambda _: [], NO_CONTROLS),
        (lambda f: controls(f)[1:], "single stains without an unstained control of their run and panel"),
        (lambda f: controls(f, run="R2"), NO_CONTROLS),
        (
            lambda f: [*controls(f)[:2], tube(f, FITC, "pe", control="single_stain", marker="PE")],
            "the single stain for PE-A is brightest in FITC-A, or as dim as the unstained control",
        ),
        (
            lambda f: [*controls(f)[:2], tube(f, PE, "pe", control="single_stain", marker="APC")],
            "the single stain for 'APC' names no fluorescence channel; write it as files.csv `marker`",
        ),
    ],
)
def test_what_cannot_be_compensated_is_flagged_with_the_reason(files: object, reason: str, tmp_path: Path) -> None:
    frames = loaded(tube(tmp_path, [[1, 2, 3]], "C1", sample="C1"), *files(tmp_path))  # type: ignore[operator]
    found = computed(frames)
    row = found.frames[COMPENSATIONS].row(0, named=True)
    assert (row["source"], row["spillover"], row["flag"]) == ("none", None, "compensation_missing")
    assert row["na_reason"] == reason
    (problem,) = (p for p in found.problems if p.rule == "compensation_missing")
    assert problem.message.startswith("landing/")
    assert any(p.rule == "unknown_marker" for p in found.problems) is ("'APC'" in reason)
    assert reason in problem.message


def test_an_excluded_control_does_not_count(tmp_path: Path) -> None:
    frames = loaded(tube(tmp_path, [[1, 2, 3]], "C1", sample="C1"), *controls(tmp_path))
    frames[ACQUISITIONS] = frames[ACQUISITIONS].with_columns(is_excluded=pl.col("marker") == "PE")
    assert computed(frames).frames[COMPENSATIONS]["source"][0] == "none"


def test_an_identity_matrix_is_kept_but_flagged(tmp_path: Path) -> None:
    row = computed(loaded(tube(tmp_path, [[1, 2, 3]], "C1", IDENTITY))).frames[COMPENSATIONS].row(0, named=True)
    assert (row["source"], row["flag"]) == ("keyword", "compensation_identity")
    assert json.loads(row["spillover"])["matrix"] == [[1, 0], [0, 1]]
