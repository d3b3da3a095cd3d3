"""Nights in a process of their own that is killed, as a power cut would, at a boundary of their steps.

A boundary is the call or return of a function of the engine, the warehouse or the object
store (a generator that pauses returns, one that goes on is called again), and of the system
calls that name files. Nothing is replaced: Python's profiler only watches.
"""

from __future__ import annotations

import importlib
import inspect
import multiprocessing
import os
import pkgutil
import signal
import sys
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType, FrameType

import tasks.engine
import warehouse
from tests.night import night

STEPS = (
    "warehouse.landing.HashCache.put",
    "warehouse.object_directory.DirectoryStore.put_many",
    "warehouse.object_directory.DirectoryStore._publish",
    "warehouse.runs.replace",
    "warehouse.store.Session.transaction",
    "warehouse.store.Warehouse.publish",
    "warehouse.store.Warehouse._fill_draft",
    "tasks.engine.analyse.plan_wave",
    "tasks.engine.analyse.run_parts",
    "tasks.engine.ingest.hashes_of",
    "tasks.engine.ingest.load_batch",
    "tasks.engine.ingest.plan_ingest",
    "tasks.engine.publish.publish_study",
)
SYSTEM = {os.replace: "replace", os.rename: "rename", os.link: "link", os.fsync: "fsync"}
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["great_expectations", __name__])  # slow to import: once, before processes are forked


def functions() -> dict[CodeType, str]:
    """Every function and method of the warehouse and the engine by its code."""
    found: dict[CodeType, str] = {}
    for package in (warehouse, tasks.engine):
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(info.name)
            classes = [c for c in vars(module).values() if inspect.isclass(c) and c.__module__ == module.__name__]
            for owner in (module, *classes):
                for item in vars(owner).values():
                    function = inspect.unwrap(item) if callable(item) else None
                    if inspect.isfunction(function) and function.__module__ == module.__name__:
                        found[function.__code__] = f"{module.__name__}.{function.__qualname__}"
    return found


@dataclass(frozen=True)
class AllBut:
    """Every boundary but one: the night dies there, whatever it passes before."""

    boundary: str

    def __contains__(self, label: object) -> bool:
        """Whether a night goes on at a boundary."""
        return label != self.boundary


class Boundaries:
    """Watches a night; notes every boundary, and kills the process at the first one not in ``passed``."""

    def __init__(self, journal: Path, passed: Container[str] | None, *, every: bool) -> None:
        """Note only where ``passed`` is null.

        ``every``: all functions, each time; else the steps, once (transactions: both ends).
        """
        self.journal, self.passed, self.every = journal, passed, every
        named = functions()
        self.watched = {code: name for code, name in named.items() if every or name in STEPS}
        assert every or set(self.watched.values()) == set(STEPS), set(STEPS) - set(self.watched.values())
        self.seen: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        """Python's profiler calls this."""
        if event in {"call", "return"}:
            name = self.watched.get(frame.f_code)
            if (
                name == "warehouse.store.Session.transaction"
            ):  # one boundary for each who opens one, at BEGIN and COMMIT
                caller = frame.f_back.f_back if frame.f_back else None
                name = f"{name} in {caller.f_code.co_name if caller else '?'}"
                self.ends[f"{event} {name}"] += 1
                name += " at its end" if self.ends[f"{event} {name}"] % 2 == 0 else ""
        else:
            name = SYSTEM.get(argument) if argument.__class__ is type(os.link) else None
        if name is None:
            return
        self.seen[f"{event} {name}"] += 1
        label = f"{event} {name}" + (f" {self.seen[f'{event} {name}']}" if self.every else "")
        if self.passed is None or label not in self.passed:
            with self.journal.open("a") as stream:
                stream.write(f"{label}\n")
            if self.passed is not None:
                os.kill(os.getpid(), signal.SIGKILL)


def _watched(study: Path, home: Path, boundaries: Boundaries | None) -> None:
    sys.setprofile(boundaries)
    night(study, home)
    sys.setprofile(None)


def start(study: Path, home: Path) -> BaseProcess:
    """Start a night in a process of its own."""
    process = FORKS.Process(target=_watched, args=(study, home, None))
    process.start()
    return process


def _doomed(study: Path, home: Path, journal: Path, passed: Container[str] | None, every: bool) -> None:  # noqa: FBT001
    _watched(study, home, Boundaries(journal, passed, every=every))


def run(study: Path, home: Path, journal: Path, passed: Container[str] | None, *, every: bool = False) -> bool:
    """Run a night that dies at the first boundary not ``passed``; say whether it lived to its end."""
    process = FORKS.Process(target=_doomed, args=(study, home, journal, passed, every))
    process.start()
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}, f"the night ended with {process.exitcode}"
    return process.exitcode == 0
