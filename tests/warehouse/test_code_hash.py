from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from warehouse.code_hash import module_digest, versions

ROOT = Path(__file__).resolve().parents[2]
ASK = "import sys; from warehouse.code_hash import module_digest; print(*(module_digest(m) for m in sys.argv[1:]))"
MODULES = ("tasks.analyses.viability", "tasks.analyses.group_tests")


def digests(checkout: Path) -> list[str]:
    command = [sys.executable, "-c", ASK, *MODULES]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_change_moves_the_digest_of_what_imports_it_and_of_nothing_else(tmp_path: Path) -> None:
    for package in ("schemas", "tasks", "warehouse"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    before = digests(tmp_path)
    kernel = tmp_path / "tasks" / "methods" / "viability.py"
    kernel.write_text(kernel.read_text("utf-8") + "\n# another thought\n", "utf-8")
    after = digests(tmp_path)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_the_digest_is_the_same_in_every_process() -> None:
    assert digests(ROOT) == [module_digest(m) for m in MODULES]


def test_versions_are_those_installed() -> None:
    import polars as pl  # noqa: PLC0415

    assert versions(("polars",)) == {"polars": pl.__version__}
