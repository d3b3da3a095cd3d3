from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.report_assembly import FIGURES, assemble, wanted
from tasks.methods.report_blocks import Picture, Section, sections
from tasks.methods.report_page import Cover, page
from tests.report_study import CONFIG, chapters, figures, frames, grids, table, words

DE, NODES = "result.differential_expression", "result.cerna_nodes"


def test_columns_that_sections_want_are_read_once() -> None:
    one = Section("a", "A", 1, {DE: ("padj", "method"), "result.not_there": ()}, lambda *_: [])
    other = Section("b", "B", 2, {DE: ("method", "symbol")}, lambda *_: [])
    everything = Section("c", "C", 3, {DE: ()}, lambda *_: [])
    assert wanted([one, other]) == {DE: ("padj", "method", "symbol")}
    assert wanted([one, everything, other]) == {DE: ()}


@pytest.mark.parametrize(
    ("reads", "section"),
    [
        ((DE,), "expression"),
        ((NODES, "result.cerna_triplets"), "networks"),
        ((DE, NODES), "networks"),
        (("result.enrichment",), "enrichment"),
        (("result.plate_quality",), "quality"),
        (("result.measurements", "result.pairwise_tests"), "bench"),
        (("core.flow_events",), "bench"),
        ((), "bench"),
    ],
)
def test_a_figure_stands_where_its_tables_belong(reads: tuple[str, ...], section: str) -> None:
    rows = figures({"figure": "f", "run_id": "r", "reads": reads}, parameters={"r": {"assay": "qpcr", "contrast": 3}})
    assert rows.select("section", "assay", "contrast", "library").row(0) == (section, "qpcr", "3", None)


def test_a_figure_that_names_no_assay_stands_with_that_of_its_readings() -> None:
    rows = figures({"figure": "f", "reads": ("core.images", "core.blot_bands")})
    assert rows["assay"].to_list() == ["western_blot"]


def test_every_figure_is_shown_once_whatever_kind_it_is() -> None:
    kinds = {"a": (DE,), "b": (NODES,), "c": ("result.enrichment",), "d": ("result.plate_quality",), "e": ()}
    drawn = figures(*({"figure": kind, "stem": kind, "reads": reads} for kind, reads in kinds.items()))
    contrast = table("core.contrasts", [{"contrast_id": "c"}])
    triplet = table("result.cerna_triplets", [{"contrast_id": "c"}])
    tests = table(DE, [{"contrast_id": "c", "method": "deseq2"}])
    given = frames(
        result__figures=drawn,
        core__contrasts=contrast,
        result__cerna_triplets=triplet,
        result__differential_expression=tests,
    )
    found = [b.stem for c in chapters(given).values() for b in c.blocks if isinstance(b, Picture)]
    assert sorted(found) == sorted(kinds)


def test_a_study_without_anything_has_a_report() -> None:
    found = {c.name: c for c in assemble(CONFIG, {FIGURES: figures()}, sections())}
    assert "No result yet" in words(found["summary"])
    assert found.keys() == {"summary", "problems", "provenance"}


def test_whatever_people_write_in_any_column_is_text() -> None:
    hostile = pl.lit("</script><img src=x onerror=alert(1)>")
    kept = {"assay", "measure", "role", "experiment", "scale", "condition", "status", "section", "group_a", "group_b"}
    given = {}
    for name, frame in frames(effect=0.8).items():
        free = [
            c for c, dtype in frame.schema.items() if dtype == pl.String and not kept & {c} and not c.endswith("_id")
        ]
        tainted = [pl.concat_str(pl.col(c), hostile).alias(c) for c in free if name != "ops.analysis_runs"]
        given[name] = frame.with_columns(tainted)
    chapters_made = tuple(chapters(given).values())
    text = page(Cover("s", "t", "o", "p", "0", is_simulated=False), chapters_made, {})
    assert "&lt;img src=x" in text
    assert "<img" not in text
    assert text.count("</script>") == 1


def test_tables_that_this_version_lacks_are_no_matter() -> None:
    given = {name: frame for name, frame in frames().items() if isinstance(frame, pl.DataFrame)}
    assert "bench" in chapters(given)
    assert "rescue-qpcr" not in grids(chapters(given)["bench"])
