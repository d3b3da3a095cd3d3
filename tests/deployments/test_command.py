from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deployments.command import command


def test_the_command_is_named_so_that_it_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / ".venv" / "bin" / "benchlake"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setattr(sys, "argv", [".venv/bin/benchlake", "init"])
    assert command() == ".venv/bin/benchlake"
    monkeypatch.setenv("PATH", str(script.parent))
    assert command() == "benchlake"
    monkeypatch.setattr(sys, "argv", ["/somewhere/else/benchlake", "init"])
    assert command() == "/somewhere/else/benchlake"
    monkeypatch.setattr(sys, "argv", ["/checkout/deployments/cli.py", "init"])
    assert command() == "benchlake"
