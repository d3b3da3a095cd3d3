"""Every sheet and command of the users' guide works as printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb
import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from deployments.cli import app
from tasks.methods.manifests import read_study
from tests.night import loaded, night

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"
PAGES = sorted(GUIDE.glob("*.md"))
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def commands(page: Path) -> list[list[str]]:
    return [shlex.split(line) for kind, _, text in blocks(page) if kind == "sh" for line in text.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_a_sheet_a_command_or_an_answer(page: Path) -> None:
    assert page.read_text(encoding="utf-8").count("\n```") == 2 * len(blocks(page))
    assert {(kind, bool(name)) for kind, name, _ in blocks(page)} <= {
        ("yaml", True),
        ("csv", True),
        ("sh", False),
        ("text", False),
    }


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "first-study"], ids=lambda page: page.stem)
def test_the_sheets_of_a_page_are_one_valid_study(page: Path) -> None:
    sheets = {name: text.encode() for _, name, text in blocks(page) if name}
    if sheets:
        study = read_study(sheets)
        assert study.problems == ()
        assert [contrast.problem for contrast in study.contrasts if contrast.problem] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_have_the_arguments_that_they_are_given(page: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for program, name, *arguments in commands(page):
        assert program == "benchlake"
        group.commands[name].make_context(name, list(arguments))


def said(*arguments: str) -> str:
    return CliRunner().invoke(app, list(arguments)).output


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_first_study_goes_as_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study, home = tmp_path / "my-study", tmp_path / ".benchlake"
    answer, ran = "", 0
    for kind, name, text in blocks(GUIDE / "first-study.md"):
        if kind == "text":
            assert squeezed(text) in answer
        elif name:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        else:
            for _, command, *arguments in map(shlex.split, text.splitlines()):
                if command != "run":
                    answer = squeezed(said(command, *arguments))
                elif ran:  # mended: the file is read
                    assert [(one.file_name, one.status) for one in loaded(study, home)[1]] == [
                        ("landing/plate_24h.csv", "loaded")
                    ]
                else:
                    summary = night(study, home)
                    assert not summary.failed
                    assert Path(summary.report_path) == home / "studies" / "my-study" / "report.html"
                    ran += 1
    with duckdb.connect(str(home / "published.duckdb"), read_only=True) as snapshot:
        stayed_out = snapshot.execute("SELECT file_name, place FROM mart.quarantine").fetchall()
        assert stayed_out == [("landing/plate_24h.csv", "line 2, well A03")]
        shown = "SELECT condition, round(mean_percent_viability) FROM mart.viability_by_time WHERE time_h = 72"
        # blanked means: 0.856 of control, 0.432 of IL-1β
        assert snapshot.execute(shown).fetchall() == [("control", 100.0), ("il1b", 50.0)]
