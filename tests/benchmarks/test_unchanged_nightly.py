"""A night in which nothing changed among 10,000 files, held against Prefect's flow that does nothing.

Like with like, both against one running server: the `nightly` flow against an empty flow inside a
process that has Prefect imported, as a schedule runs it; `benchlake run` against a script that
imports Prefect and calls the empty flow, as a person runs it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.prefect_server import prefect_session
from tests.night import night
from tests.servers.prefect_server import free_port

pytestmark = [pytest.mark.bench, pytest.mark.server]
ROOT = Path(__file__).resolve().parents[2]
FILES, ROUNDS = 10_000, 5
EMPTY_FLOW = "from prefect import flow\n\n@flow\ndef nothing():\n    pass\n\nnothing()\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published study of 10,000 pictures, all named in files.csv, its home in ``home`` beside it."""
    folder = tmp_path_factory.mktemp("unchanged")
    study = folder / "study"
    names = [f"landing/day{i // 200:02}/field{i:05}.txt" for i in range(FILES)]
    for i, name in enumerate(names):
        (study / name).parent.mkdir(parents=True, exist_ok=True)
        (study / name).write_text(f"field {i}\n")
    (study / "study.yaml").write_text("study_id: unchanged\nconditions: [{id: control}, {id: treated}]\n")
    (study / "samples.csv").write_text("sample,condition,donor,replicate\nS1,control,d1,1\nS2,treated,d1,1\n")
    rows = [f"{name},image,S{i % 2 + 1}\n" for i, name in enumerate(names)]
    (study / "files.csv").write_text("file,assay,sample\n" + "".join(rows))
    time.sleep(2.1)  # a file touched this moment is hashed again by the next run
    start = time.perf_counter()
    assert len(night(study, folder / "home").files) == FILES
    print(f"\n{FILES:,} small files: the first night {time.perf_counter() - start:.1f} s")  # noqa: T201  # the measurement is the output
    return study


@pytest.fixture(scope="module")
def running_server(study: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("PREFECT_", "BENCHLAKE_"))]:
            patch.delenv(name)
        before = dict(os.environ)
        with prefect_session(study.parent / "home", free_port()) as server:
            server.wait_ready()
            yield server.api_url
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


@pytest.mark.usefixtures("running_server")
def test_the_nightly_flow_takes_four_times_an_empty_flow_at_most(
    study: Path, record_property: Callable[[str, object], None]
) -> None:
    from prefect import flow  # noqa: PLC0415 - after its environment stands

    from flows.nightly import nightly  # noqa: PLC0415
    from flows.requests import StudyRequest  # noqa: PLC0415

    empty, request = flow(_nothing, name="nothing"), StudyRequest(study=str(study), home=study.parent / "home")
    empty()
    assert nightly(request).is_unchanged
    ratio = _ratio("warm process: nightly", lambda: nightly(request), "empty flow", empty)
    record_property("unchanged_nightly_ratio", ratio)
    assert ratio <= 4


def test_an_unchanged_run_takes_four_times_a_script_with_an_empty_flow_at_most(
    study: Path, running_server: str, record_property: Callable[[str, object], None]
) -> None:
    script = study.parent / "nothing.py"
    script.write_text(EMPTY_FLOW)
    environment = dict(os.environ) | {"PREFECT_API_URL": running_server, "PYTHONPATH": str(ROOT)}
    ours = [sys.executable, "-m", "deployments.cli", "run", str(study), "--home", str(study.parent / "home")]

    def run(command: list[str]) -> str:
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    assert "nothing changed" in run(ours)
    ratio = _ratio(
        "whole process: benchlake run", lambda: run(ours), "empty flow", lambda: run([sys.executable, str(script)])
    )
    record_property("unchanged_run_ratio", ratio)
    assert ratio <= 4


def _nothing() -> None:
    pass


def _ratio(our_name: str, ours: Callable[[], object], peer_name: str, peer: Callable[[], object]) -> float:
    """Median of ours over median of the peer, taken in turns."""
    taken: dict[str, list[float]] = {our_name: [], peer_name: []}
    for _ in range(ROUNDS):
        for name, work in ((our_name, ours), (peer_name, peer)):
            start = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - start)
    median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    ratio = median[our_name] / median[peer_name]
    print(f"{our_name} {median[our_name]:.2f} s, {peer_name} {median[peer_name]:.2f} s: x{ratio:.2f}")  # noqa: T201  # the measurement is the output
    return ratio
