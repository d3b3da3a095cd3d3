"""Analysts read while a night writes: never an error, never half a night."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Event
from pathlib import Path

from deployments.sql_sandbox import sandbox
from tests.e2e import doomed
from tests.e2e.small_study import PLATES, RUNS, Bench, contents

SPAWN = multiprocessing.get_context("spawn")
# What belongs together: the state that a publication shows, and a number for each table below it.
STATE = """
    SELECT p.state,
        (SELECT count(*) FROM core.plate_wells), (SELECT count(*) FROM core.qpcr_wells),
        (SELECT count(*) FROM result.measurements), (SELECT count(*) FROM result.pairwise_tests),
        (SELECT round(sum(w.value), 6) FROM core.plate_wells AS w), (SELECT count(*) FROM ops.analysis_runs),
        (SELECT string_agg(DISTINCT r.run_id, ',' ORDER BY r.run_id) FROM result.measurements AS r),
        (SELECT count(*) FROM result.measurements AS r
         WHERE NOT EXISTS (SELECT 1 FROM ops.analysis_runs AS a WHERE a.run_id = r.run_id AND a.status = 'done'))
    FROM ops.publications AS p
"""
Seen = tuple[object, ...]


def read(home: Path) -> Seen:
    """One look at the snapshot, as ``benchlake sql`` takes it."""
    with sandbox(home) as connection:
        (row,) = connection.execute(STATE).fetchall()
        (fresh,) = connection.execute("SELECT is_stale FROM mart.freshness").fetchall()
    return (*row, *fresh)


def read_on(home: Path, path: Path, stop: Event) -> None:
    """Look again and again until told to stop; note what was seen, or the error."""
    seen: dict[Seen, int] = {}
    try:
        while not stop.is_set():
            found = read(home)
            seen[found] = seen.get(found, 0) + 1
        path.write_text(repr(seen))
    except Exception as error:
        path.write_text(repr(error))
        raise


def test_a_reader_sees_each_published_state_whole_and_no_error(bench: Bench, tmp_path: Path) -> None:
    stop, noted = SPAWN.Event(), tmp_path / "seen"
    reader = SPAWN.Process(target=read_on, args=(bench.home, noted, stop))
    published = [read(bench.home)]
    reader.start()
    try:
        for time_h, well in ((24, "C03"), (72, "D04")):
            bench.write_plate(time_h, well, "1.234")
            assert bench.night().published_at is not None
            published.append(read(bench.home))
        (bench.study / RUNS[1]).unlink()
        bench.edit("files.csv", f"{RUNS[0]},qpcr", f"{RUNS[0]},cell_viability")  # its wells go
        assert bench.night().published_at is not None
        published.append(read(bench.home))
        reader.join(0.5)
    finally:
        stop.set()
        reader.join()
    assert reader.exitcode == 0, noted.read_text()
    seen: dict[Seen, int] = eval(noted.read_text())  # noqa: S307 (our own repr)
    assert len(set(published)) == 4
    assert set(seen) <= set(published), set(seen) - set(published)
    assert len(seen) >= 3
    assert sum(seen.values()) > 10
    assert all(row[-2:] == (0, False) for row in seen), "rows of a run that is not done, or stale"


def test_an_old_snapshot_that_is_open_stays_as_it_was(bench: Bench) -> None:
    before = contents(bench.warehouse.published)["core.plate_wells"].height
    with sandbox(bench.home) as connection:
        (bench.study / PLATES[24]).write_bytes(b"no plate")
        doomed.start(bench.study, bench.home).join()
        assert connection.execute("SELECT count(*) FROM core.plate_wells").fetchall() == [(before,)]
    assert contents(bench.warehouse.published)["core.plate_wells"].height == before - 96
