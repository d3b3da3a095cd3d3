from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from schemas.errors import BadInputError
from tasks.methods.spillover_tables import read_matrix
from tests.tasks.parsers.bench_files import raw_file
from tests.tasks.parsers.damage import damaged, damages

MTX = """<?xml version="1.0" encoding="UTF-8"?>
<gating:gatingML xmlns:gating="http://www.isac-net.org/std/Gating-ML/v2.0/gating"
 xmlns:transforms="http://www.isac-net.org/std/Gating-ML/v2.0/transformations"
 xmlns:data-type="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes">
<transforms:spilloverMatrix prefix="Comp-" name="bench">
<data-type:parameters><data-type:parameter data-type:name="FITC-A"/></data-type:parameters>
<transforms:spillover data-type:parameter="FITC-A">
 <transforms:coefficient data-type:parameter="FITC-A" transforms:value="1"/>
 <transforms:coefficient data-type:parameter="PE-A" transforms:value="0.2"/></transforms:spillover>
<transforms:spillover data-type:parameter="PE-A">
 <transforms:coefficient data-type:parameter="FITC-A" transforms:value="0.05"/>
 <transforms:coefficient data-type:parameter="PE-A" transforms:value="1"/></transforms:spillover>
</transforms:spilloverMatrix></gating:gatingML>
"""
TABLES = {
    "csv": ",FITC-A,PE-A\nFITC-A,1,0.2\nPE-A,0.05,1\n",
    "csv without row names": "FITC-A,PE-A\n1,0.2\n0.05,1\n",
    "tsv, markers": "FITC-A :: CD3\tPE-A :: CD4\n1\t0.2\n0.05\t1\n",
    "semicolons": "FITC-A;PE-A\n1;0.2\n0.05;1\n",
    "percent": "FITC-A,PE-A\n100,20\n5,100\n",
    "R": '"FITC-A" "PE-A"\n"FITC-A" 1 0.2\n"PE-A" 0.05 1\n',
    "cellquest": "Lipo#2matrix\r<\t>\rFITC-A\tPE-A\r1\t0.2\r0.05\t1\r",
    "mtx": MTX,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_matrix_is_read_from_every_way_to_write_it(name: str, tmp_path: Path) -> None:
    found = read_matrix(raw_file(tmp_path, TABLES[name].encode(), "matrix.csv"))
    assert found.channels == ("FITC-A", "PE-A")
    np.testing.assert_allclose(found.array, [[1, 0.2], [0.05, 1]])


def test_real_matrices_are_read(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/flow"
    cellquest = read_matrix(raw_file(tmp_path, (folder / "compdata/compmatrix").read_bytes()))
    assert cellquest.channels == ("FL1-H", "FL2-H", "FL3-H", "FL4-H")
    assert cellquest.array[0].tolist() == [1, 0.24, 0.032, 1.13e-3]
    diva = read_matrix(raw_file(tmp_path, (folder / "fcs/lsrii_comp_example_matrix.csv").read_bytes()))
    assert np.diagonal(diva.array).tolist() == [1] * len(diva.channels)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty_file"),
        ("\0\1\2\3\4\5\6\7", "binary_file"),
        ("nothing here", "no_matrix"),
        ("1,0.2\n0.05,1\n", "no_matrix"),
        ("A,B\n1,0.2\n", "no_matrix"),
        ("A,B\n1,0.2\n0.05,\n", "no_matrix"),
        ("A,A\n1,0.2\n0.05,1\n", "no_matrix"),
        ("A,B\n1,1\n1,1\n", "singular_matrix"),
        (MTX.replace('value="0.2"', 'value="x"'), "no_matrix"),
        (MTX.replace('parameter="PE-A" transforms:value="0.2"', 'parameter="X" transforms:value="0.2"'), "no_matrix"),
        (MTX.replace("spilloverMatrix>", "spilloverMatrix"), "damaged_xml"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><spilloverMatrix/>', "unsafe_xml"),
    ],
    ids=lambda v: v if v.islower() and " " not in v else "",
)  # fmt: skip
def test_what_is_no_matrix_is_refused(text: str, rule: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        read_matrix(raw_file(tmp_path, text.encode()))
    assert [p.rule for p in caught.value.problems] == [rule]


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=damages())
def test_a_damaged_matrix_is_read_or_refused(name: str, found: list[object], tmp_path: Path) -> None:
    raw = raw_file(tmp_path, damaged(TABLES[name].encode(), found), "matrix.csv")  # type: ignore[arg-type]
    with suppress(BadInputError):
        assert read_matrix(raw).is_usable
