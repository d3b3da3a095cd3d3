"""Twins of files, through whole nights."""

from __future__ import annotations

import polars as pl
import pytest

from tasks.engine.people import retract
from tests.e2e.small_study import PLATES, Bench, assert_same, contents

PLATE = PLATES[24]


class TestTheSameBytesUnderTwoNames:
    twin = "landing/cck8/240305_CCK8_24h copy.txt"

    @pytest.fixture
    def twins(self, undrawn: Bench) -> Bench:
        """The copy sorts first, but the original was read before: the copy takes the reading over."""
        (undrawn.study / self.twin).write_bytes((undrawn.study / PLATE).read_bytes())
        undrawn.edit("files.csv", PLATE, f"{self.twin},cell_viability,cck8_plate,24,CCK8_24h,\n{PLATE}")
        undrawn.night()
        return undrawn

    def statuses(self, bench: Bench) -> list[tuple[str, list[tuple[object, ...]]]]:
        return [(name, bench.status(name)) for name in (self.twin, PLATE)]

    def test_they_are_read_once_and_the_other_is_named(self, twins: Bench) -> None:
        assert self.statuses(twins) == [(self.twin, [("loaded", 96)]), (PLATE, [("ignored", 0)])]
        assert twins.wells(PLATE) == 96
        ((reason,),) = twins.rows("SELECT reason FROM core.raw_objects WHERE file_name = ?", PLATE)
        assert self.twin in str(reason)

    def test_a_retracted_copy_leaves_the_reading_to_the_original(self, twins: Bench) -> None:
        retract(twins.folder, twins.warehouse, twins.objects, self.twin, "a copy")
        twins.night()
        assert self.statuses(twins) == [(self.twin, [("retracted", 0)]), (PLATE, [("loaded", 96)])]
        assert twins.wells(PLATE) == 96
        assert twins.night().is_unchanged

    def test_retracting_the_one_that_is_not_read_takes_no_row(self, twins: Bench) -> None:
        retract(twins.folder, twins.warehouse, twins.objects, PLATE, "another name")
        assert twins.wells(PLATE) == 96
        twins.night()
        assert self.statuses(twins) == [(self.twin, [("loaded", 96)]), (PLATE, [("retracted", 0)])]
        assert twins.wells(PLATE) == 96

    @pytest.mark.parametrize("gone", [twin, PLATE])
    def test_one_that_is_gone_changes_nothing(self, twins: Bench, gone: str) -> None:
        before = contents(twins.warehouse.path)
        (twins.study / gone).unlink()
        twins.night()
        after = contents(twins.warehouse.path)
        assert_same(after, before, but=("ops.publications", "ops.validation_results"))

    def test_one_that_gets_other_bytes_leaves_the_reading_to_the_other(self, twins: Bench) -> None:
        (twins.study / self.twin).write_bytes((twins.study / PLATES[72]).read_bytes() + b"\r\n")
        twins.edit("files.csv", f"{self.twin},cell_viability,cck8_plate,24,CCK8_24h", f"{self.twin},,,,")
        twins.night()
        assert sorted(twins.status(self.twin)) == [("loaded", 96), ("superseded", 0)]
        assert twins.status(PLATE) == [("loaded", 96)]

    def test_a_renamed_file_that_gets_other_bytes_leaves_the_rows_of_its_old_name(self, undrawn: Bench) -> None:
        (undrawn.study / PLATE).rename(undrawn.study / self.twin)
        undrawn.edit("files.csv", PLATE, self.twin)
        undrawn.night()
        assert self.statuses(undrawn) == [(self.twin, [("ignored", 0)]), (PLATE, [("loaded", 96)])]
        (undrawn.study / self.twin).write_bytes(
            (undrawn.study / self.twin).read_bytes().replace(b"3.12.08", b"3.12.09")
        )
        undrawn.night()
        assert sorted(undrawn.status(self.twin)) == [("loaded", 96), ("superseded", 0)]
        assert undrawn.status(PLATE) == [("loaded", 96)]
        assert undrawn.wells(PLATE) == 96

    def test_given_to_two_samples_neither_is_read(self, undrawn: Bench) -> None:
        (undrawn.study / self.twin).write_bytes((undrawn.study / PLATE).read_bytes())
        sheet = undrawn.study / "files.csv"
        rows = pl.read_csv(sheet, infer_schema=False).with_columns(sample=pl.lit(None, pl.String))
        rows = pl.concat([rows, rows.filter(file=PLATE).with_columns(file=pl.lit(self.twin))]).with_columns(
            sample=pl.col("file").replace_strict({PLATE: "NP1_control", self.twin: "NP2_control"}, default=None)
        )
        rows.write_csv(sheet)
        undrawn.night()
        assert self.statuses(undrawn) == [(self.twin, [("quarantined", 0)]), (PLATE, [("quarantined", 0)])]
        assert undrawn.wells(PLATE) == 0
