"""Figures in the home: drawn once, drawn again when something changed, swapped whole whatever happens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import UserError
from tasks.contracts import Analysis, Drawing, Figure, Part, figures
from tasks.engine.analyse import planned
from tasks.engine.figures import as_analysis, computations, folder, picture, show
from tasks.engine.outcomes import PartOutcome
from tasks.methods.figure_style import panel
from tests.counted_study import write_counted
from tests.e2e import doomed
from tests.e2e.small_study import Bench
from warehouse.code_hash import module_digest

ROOT = Path(__file__).resolve().parents[3]
OLD_LABEL, NEW_LABEL = "IL-1β + USC", "IL-1β + stem cells"


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("figures")
    assert Bench(write_counted(root / "study"), root / "home").night().published_at is not None
    return root


@pytest.fixture
def bench(drawn_once: Path, tmp_path: Path) -> Iterator[Bench]:
    """The study at its own place, for a home remembers it; its sheets are written back after the test."""
    shutil.copytree(drawn_once / "home", tmp_path / "home")
    sheets = {name: (drawn_once / "study" / name).read_bytes() for name in ("study.yaml", "contrasts.csv")}
    yield Bench(drawn_once / "study", tmp_path / "home")
    for name, data in sheets.items():
        if (drawn_once / "study" / name).read_bytes() != data:  # a file that was just written is hashed once more
            (drawn_once / "study" / name).write_bytes(data)


@pytest.fixture(scope="module")
def renamed(drawn_once: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The pictures of a night in which a group has another name."""
    root = tmp_path_factory.mktemp("calm")
    shutil.copytree(drawn_once / "home", root / "home")
    calm, sheet = Bench(drawn_once / "study", root / "home"), drawn_once / "study" / "study.yaml"
    before = sheet.read_bytes()
    calm.edit("study.yaml", OLD_LABEL, NEW_LABEL)
    calm.night()
    sheet.write_bytes(before)
    return pictures(calm.home)


def pictures(home: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder("counted", home).iterdir())}


def drawn(bench: Bench) -> set[str]:
    return {f"{p.analysis} [{p.part}]" for p in bench.night().parts if p.is_figure and p.status == "done"}


def test_the_folder_holds_the_three_files_of_every_row(bench: Bench) -> None:
    rows = bench.rows("SELECT stem, figure, part, title, caption, alt, source_row_count FROM result.figures")
    assert {f"{row[0]}{suffix}" for row in rows for suffix in (".svg", ".png", ".csv")} == set(pictures(bench.home))
    assert {row[1] for row in rows} <= set(figures())
    assert ("volcano", "usc_vs_il1b, gene, deseq2") in {row[1:3] for row in rows}
    for stem, *_, title, caption, alt, height in rows:
        assert title
        assert caption
        assert alt
        assert pl.read_csv(pictures(bench.home)[f"{stem}.csv"], infer_schema=False).height == height


def test_a_night_without_change_draws_nothing_and_imports_no_matplotlib(bench: Bench) -> None:
    before = pictures(bench.home)
    code = (
        "import sys; from pathlib import Path; from tests.night import night; "
        "s = night(Path(sys.argv[1]), Path(sys.argv[2])); "
        "print(s.is_unchanged, s.figure_count, 'matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bench.study), str(bench.home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", str(len(before) // 3), "False"]
    assert pictures(bench.home) == before


def test_another_label_draws_again_what_shows_it_and_computes_nothing(bench: Bench) -> None:
    before = pictures(bench.home)
    bench.edit("study.yaml", OLD_LABEL, NEW_LABEL)
    summary = bench.night()
    again = [p for p in summary.parts if p.status == "done"]
    assert all(p.is_figure for p in again)
    names = {f"{p.analysis} [{p.part}]" for p in again}
    assert "figure volcano [usc_vs_il1b, gene, deseq2]" in names
    assert "figure volcano [il1b_vs_control, gene, deseq2]" not in names
    assert summary.figure_count == len(before) // 3
    after = pictures(bench.home)
    changed = {name for name in after if after[name] != before[name]}
    assert "volcano-usc_vs_il1b-gene-deseq2.svg" in changed
    assert "volcano-il1b_vs_control-gene-deseq2.svg" not in changed
    assert NEW_LABEL in after["volcano-usc_vs_il1b-gene-deseq2.svg"].decode()


def test_a_picture_of_what_the_study_names_no_more_is_gone(bench: Bench) -> None:
    bench.edit("contrasts.csv", "usc_vs_il1b,condition,il1b,il1b_usc,donor\n", "")
    summary = bench.night()
    assert "figure volcano [usc_vs_il1b, gene, deseq2]" in {
        f"{p.analysis} [{p.part}]" for p in summary.parts if p.status == "ended"
    }
    assert not [name for name in pictures(bench.home) if "usc_vs_il1b" in name]
    assert summary.figure_count == len(pictures(bench.home)) // 3


def test_files_that_were_lost_are_drawn_again_and_are_the_same(bench: Bench) -> None:
    before = pictures(bench.home)
    shutil.rmtree(bench.home / "objects" / "derived")
    bench.edit("study.yaml", "organism: Homo sapiens", "organism: human")  # or nothing would be looked at
    with pytest.raises(UserError, match="`benchlake run"):
        show("counted", bench.warehouse)
    assert pictures(bench.home) == before
    assert len(drawn(bench)) == len(before) // 3
    assert pictures(bench.home) == before


def test_whoever_edits_a_picture_in_place_changes_no_object(bench: Bench) -> None:
    before = pictures(bench.home)
    with next(folder("counted", bench.home).glob("*.svg")).open("ab") as stream:
        stream.write(b"<!-- mine -->")
    show("counted", bench.warehouse)
    assert pictures(bench.home) == before


@pytest.mark.parametrize(
    "boundary",
    [
        pytest.param("return warehouse.derived.keep_files 1", marks=pytest.mark.soak),
        pytest.param("call warehouse.swap.swap_folder 1", marks=pytest.mark.soak),
        "return warehouse.swap._exchange 1",
    ],
)
def test_a_night_that_dies_leaves_the_old_pictures_or_the_new_ones(
    bench: Bench, tmp_path: Path, boundary: str, renamed: dict[str, bytes]
) -> None:
    old, new = pictures(bench.home), renamed
    bench.edit("study.yaml", OLD_LABEL, NEW_LABEL)
    assert old.keys() == new.keys()
    assert old != new
    assert not doomed.run(bench.study, bench.home, tmp_path / "deaths", doomed.AllBut(boundary), every=True)
    assert (tmp_path / "deaths").read_text() == f"{boundary}\n"
    is_swapped = boundary.startswith("return") and "keep_files" not in boundary
    assert pictures(bench.home) == (new if is_swapped else old)
    summary = bench.night()
    assert not summary.is_unchanged
    assert pictures(bench.home) == new
    assert not list((bench.home / "work").glob("figures.*"))


def test_pictures_that_no_row_names_are_deleted_after_a_day(bench: Bench) -> None:
    derived = bench.home / "objects" / "derived"
    named = {key for (key,) in bench.rows("SELECT object_key FROM result.figures")}
    for name, content, is_old in (("a", "x.svg", True), ("b", "x.svg", False), ("c", "flow_events.parquet", True)):
        place = derived / (name * 64)
        place.mkdir()
        (place / content).write_text("")
        if is_old:
            os.utime(place, (0, 0))
    for key in named:
        os.utime(bench.home / "objects" / key, (0, 0))
    show("counted", bench.warehouse)
    left = {f"derived/{p.name}" for p in derived.iterdir()}
    assert left == named | {f"derived/{'b' * 64}", f"derived/{'c' * 64}"}


def _kind(draw: object, name: str = "dots") -> Figure:
    return Figure(name=name, reads={}, parts=lambda _study, _slices: [], draw=draw)  # type: ignore[arg-type]


def _dots(part: Part, _frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    if part.parameters.get("empty"):
        return "nobody was measured"
    figure, axes = panel()
    axes.scatter([1, 2], [1, 2])
    axes.set_xlabel(part.parameters["label"])
    return Drawing(figure, pl.DataFrame({"x": [1, 2]}), "Dots", "Two dots.", "Two dots.")


def test_a_figure_with_nothing_to_draw_says_why_and_counts_as_skipped() -> None:
    computed = picture(_kind(_dots), Part("a", parameters={"empty": True}), {})
    assert computed.nothing == "nobody was measured"
    assert not computed.files
    assert not computed.frames["result.figures"].height


def test_letters_that_no_font_has_are_told_with_the_remedy() -> None:
    computed = picture(_kind(_dots), Part("a", parameters={"label": "time \U0001f12f"}), {})
    (problem,) = computed.problems
    assert problem.rule == "letters_not_drawn"
    assert "\U0001f12f" in problem.message
    assert "font" in problem.remedy
    assert any("\U0001f12f".encode() in data for name, data in computed.files.items() if name.endswith(".svg"))


def test_the_same_drawing_gives_the_same_bytes_and_another_part_another_name() -> None:
    one, two = (picture(_kind(_dots), Part("a, b", parameters={"label": "x"}), {}).files for _ in range(2))
    assert one == two
    other = picture(_kind(_dots), Part("a-b", parameters={"label": "x"}), {}).files
    assert not {Path(key).name for key in one} - {"dots-a-b.svg", "dots-a-b.png", "dots-a-b.csv"}
    assert sorted(one.values()) == sorted(other.values())


def test_a_figure_depends_on_its_own_code() -> None:
    for name, figure in figures().items():
        computation = computations()[f"figure {name}"]
        assert computation.run.__module__ == f"tasks.figures.{name}" == figure.draw.__module__
        assert module_digest(computation.run.__module__)
    assert "matplotlib" in as_analysis(_kind(_dots)).libraries


def test_a_kind_of_figure_that_cannot_say_its_parts_fails_alone(bench: Bench) -> None:
    def broken(_study: object, _slices: object) -> list[Part]:
        raise KeyError("no such column")

    figure = as_analysis(Figure(name="broken", reads={}, parts=broken, draw=_dots))
    analysis = Analysis(name="sums", reads={}, writes=("result.viability",), parts=broken, run=figure.run)
    with bench.warehouse.open("test") as session:
        outcome = planned(session, figure, bench.folder.study, {})
        assert isinstance(outcome, PartOutcome)
        assert (outcome.analysis, outcome.status) == ("figure broken", "failed")
        assert "no such column" in str(outcome.reason)
        with pytest.raises(KeyError):
            planned(session, analysis, bench.folder.study, {})
