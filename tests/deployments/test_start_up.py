"""What commands do not import: seconds that nobody should wait for."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tasks.simulation.gen5 import plate_export
from tests.night import night

ROOT = Path(__file__).resolve().parents[2]
SLOW = ("prefect", "great_expectations", "pydeseq2", "boto3", "matplotlib")
COMMAND = f"""
import sys
import time
from deployments.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("slow:", *[name for name in {SLOW} if name in sys.modules], file=sys.stderr)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published study with a plate and a note, in ``study``, and its home beside it."""
    folder = tmp_path_factory.mktemp("start_up")
    study = folder / "study"
    (study / "landing").mkdir(parents=True)
    (study / "landing" / "note.txt").write_text("plates were cold\n")
    export = plate_export(
        np.full((8, 12), 0.5), read="CCK8", wavelength_nm=450, read_at=datetime(2024, 3, 4, tzinfo=UTC), protocol="CCK8"
    )
    (study / "landing" / "plate.txt").write_bytes(export)
    (study / "study.yaml").write_text("study_id: small\nconditions: [{id: control}, {id: treated}]\n")
    (study / "samples.csv").write_text("sample,condition,donor,replicate\nS1,control,d1,1\nS2,treated,d1,1\n")
    time.sleep(2.1)  # a file touched this moment is hashed again by the next run
    night(study, folder / "home")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "study"],
        ["sql", "--home", "home", "FROM mart.freshness"],
        ["status", "--home", "home"],
        ["run", "study", "--home", "home"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_needs_no_slow_library_imports_none(home: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "slow:", done.stderr
    if arguments[0] == "run":
        assert "nothing changed" in done.stdout
