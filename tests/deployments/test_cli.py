"""The command line as people use it: in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.methods.study_template import template
from tests.tasks.methods.small_go import consortium_files

COMMANDS = (
    "demo", "init", "check", "run", "ingest", "analyse", "publish", "register", "sql", "tables", "status", "exclude",
    "retract", "reactivate", "gene-sets", "up", "export", "lineage",
    "freeze", "diff",
)  # fmt: skip


def benchlake(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "COLUMNS": "200", "NO_COLOR": "1"}
    environment.pop("BENCHLAKE_HOME", None)
    command = [sys.executable, "-m", "deployments.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def write(folder: Path, **changes: str) -> Path:
    for name, text in template("trial").items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changes.get(name.replace(".", "_"), text), "utf-8")
    return folder


def test_help_names_every_command_and_each_explains_itself(tmp_path: Path) -> None:
    overview = benchlake("--help", cwd=tmp_path).stdout
    assert all(re.search(rf"\b{name}\b", overview) for name in COMMANDS)
    assert "my-study" in overview


def test_init_writes_a_study_that_check_finds_nothing_wrong_with(tmp_path: Path) -> None:
    made = benchlake("init", "my-study", cwd=tmp_path)
    assert (made.returncode, made.stdout) == (0, "benchlake check my-study\n")
    checked = benchlake("check", "my-study", cwd=tmp_path)
    assert checked.returncode == 0
    assert "0 problems that leave something out, 0 warnings" in checked.stdout
    (tmp_path / "my-study" / "landing" / "x.csv").write_text("a,b\n")
    (tmp_path / "my-study" / "files.csv").write_text("file,assay\nX.csv,qpcr\n")
    left_out = [benchlake("check", "my-study", *more, cwd=tmp_path) for more in ([], ["--strict"])]
    assert [done.returncode for done in left_out] == [0, 1]
    assert "1 problem that leaves something out" in left_out[1].stdout
    again = benchlake("init", "my-study", cwd=tmp_path)
    assert again.returncode == 2
    assert "nothing was written" in again.stderr


def test_every_fatal_problem_is_said_at_once_and_nothing_is_loaded(tmp_path: Path) -> None:
    samples = "sample,condition,donor\nC1,control,D1\nC1,control,D2\nX1,treatd,D1\n"
    study = write(tmp_path / "s", samples_csv=samples)
    (study / "study.yaml").write_text(
        (study / "study.yaml").read_text("utf-8") + "\nviabilty: {scope: plate}\n", "utf-8"
    )
    for command in (["check", "s"], ["run", "s"], ["ingest", "s"]):
        result = benchlake(*command, cwd=tmp_path)
        assert result.returncode == 2, result.stderr
        assert "Traceback" not in result.stderr
        for expected in ("study.yaml, line", "viability", "samples.csv, line 3", "samples.csv, line 4", "treated"):
            assert expected in result.stderr
    assert not (tmp_path / ".benchlake" / "warehouse.duckdb").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["run", "nowhere"], "neither a study folder nor a registered study"),
        (["check", "."], "holds no study.yaml"),
        (["run", "day [/1] [a]"], "day [/1] [a] is neither"),
        (["sql", "SELECT 1"], "Nothing is published"),
        (["status"], "benchlake run STUDY"),
        (["tables", "core.sample"], "core.samples"),
        (["init", "/dev/null/study"], "/dev/null/study: Not a directory"),
    ],
)
def test_a_mistake_gives_one_message_with_a_remedy_and_exit_2(tmp_path: Path, command: list[str], said: str) -> None:
    result = benchlake(*command, cwd=tmp_path)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [["run", "s"], ["ingest", "s"], ["register", "s"], ["up"]], ids=lambda c: c[0])
@pytest.mark.parametrize("home", ["a-file", "a-file/home", "/proc/none"], ids=["file", "below a file", "unwritable"])
def test_a_home_that_cannot_be_one_is_one_message_and_no_traceback(
    tmp_path: Path, home: str, command: list[str]
) -> None:
    write(tmp_path / "s")
    (tmp_path / "a-file").touch()
    result = benchlake(*command, "--home", home, cwd=tmp_path)
    assert result.returncode == 2
    assert f"{home} cannot hold the results" in result.stderr
    assert "--home" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_setting_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHLAKE_PREFECT_PORT", "many")
    result = benchlake("status", cwd=tmp_path)
    assert result.returncode == 2
    assert "BENCHLAKE_PREFECT_PORT is 'many'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("what", ["run 12:30.txt", "run 12:30.txt:c3"])
def test_a_name_with_a_colon_is_told_from_a_well(tmp_path: Path, what: str) -> None:
    write(tmp_path / "s")
    result = benchlake("exclude", "s", what, "--reason", "bubble", cwd=tmp_path)
    assert result.returncode == 2
    assert "run 12:30.txt: no such file" in result.stderr


def test_a_dry_run_says_what_it_would_do_and_does_nothing(tmp_path: Path) -> None:
    study = write(tmp_path / "s")
    (study / "landing").mkdir(exist_ok=True)
    (study / "landing" / "notes.txt").write_text("a note")
    result = benchlake("run", "s", "--dry-run", cwd=tmp_path)
    assert result.returncode == 0
    assert "landing/notes.txt" in result.stdout
    assert not (tmp_path / ".benchlake" / "objects").exists()
    assert not (tmp_path / ".benchlake" / "warehouse.duckdb").exists()


def test_an_interrupted_run_says_that_nothing_is_lost_and_the_status_how_far_it_came(tmp_path: Path) -> None:
    study = write(tmp_path / "s")
    (study / "landing").mkdir(exist_ok=True)
    (study / "landing" / "notes.txt").write_text("a note")
    command = [sys.executable, "-m", "deployments.cli", "run", "s"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "COLUMNS": "200"}
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, text=True, **pipes) as running:
        assert running.stderr is not None
        next(line for line in running.stderr if "planned ingest" in line)
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    assert running.returncode == 130
    assert "nothing was lost, run the command again to go on" in said
    assert "Traceback" not in said
    shown = benchlake("status", cwd=tmp_path)
    assert shown.returncode == 0
    assert "Nothing is published yet" in shown.stdout


def test_gene_sets_are_made_from_two_files_and_the_next_step_is_printed(tmp_path: Path) -> None:
    consortium_files(tmp_path)
    done = benchlake("gene-sets", "bp.gmt.gz", "--obo", "go-basic.obo", "--gaf", "goa.gaf.gz", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("bp.gmt.gz: 4 sets, 4 genes, 10 memberships.")
    assert f"enrichment:\n  gene_sets:\n    GO_BP: {tmp_path}/bp.gmt.gz" in done.stdout
    wrong = benchlake("gene-sets", "bp.gmt.gz", "--evidence", "ida,xxx", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "'XXX' is no evidence code of GO" in wrong.stderr
