from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import pzfx
import pzfx_parser

from schemas.errors import UserError
from tasks.exports.prism import EXPORT
from tasks.methods.biological_units import biological_units, group_summaries, with_unit
from tasks.methods.group_pictures import groups_drawn, points_drawn
from tests.published import published


def measured(donor: str, condition: str, value: float | None, **more: object) -> dict[str, object]:
    base = {"experiment": "bench", "assay": "qpcr", "measure": "expression", "target": "ACAN", "scale": "log2"}
    row = {"sample_id": f"{donor}_{condition}", "donor_id": donor, "condition": condition, "unit": "fold"}
    return {**base, **row, "value": value, **more}


def tables(folder: Path, assay: str) -> dict[str, pd.DataFrame]:
    """What a second, independent reader finds must be what the first one finds."""
    path = str(folder / f"{assay}.pzfx")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {name: pzfx.read_pzfx(path, name) for name in pzfx.pzfx_tables(path)}
        second = pzfx_parser.read_pzfx(path)
    for name, frame in found.items():
        numbers = frame.drop(columns="ROWTITLE", errors="ignore").to_numpy(float)
        np.testing.assert_array_equal(numbers, second[name].to_numpy(float))
    return found


def test_a_column_table_has_a_condition_per_column_and_a_donor_per_row(tmp_path: Path) -> None:
    rows = [measured(d, c, v) for d, c, v in (("D1", "il1b", 1), ("D2", "il1b", 2), ("D2", "control", -1))]
    rows += [measured("D1", "control", None), measured("D3", "control", 0), measured("D3", "il1b", 3)]
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    (frame,) = tables(tmp_path, "qpcr").values()
    assert frame["ROWTITLE"].tolist() == ["D1", "D2", "D3"]
    assert frame.columns.tolist() == ["ROWTITLE", "Control", "IL-1β"]
    np.testing.assert_allclose(frame["Control"], [np.nan, 2**-0.5, 2**0.5])
    np.testing.assert_allclose(frame["IL-1β"], [2**1.5, 2**2.5, 2**3.5])


def test_ratios_are_those_of_the_figure_and_the_calibrator_is_one(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    rows = [
        measured(d, c, float(random.normal(-6, 1)), target=t, is_excluded=(d, c) == ("D4", "control"))
        for d in ("D1", "D2", "D3", "D4")
        for c in ("control", "il1b")
        for t in ("ACAN", "SOX9")
    ]
    study = published({"result.measurements": rows})
    EXPORT.write(study, tmp_path)
    conditions = [("control", "Control", ""), ("il1b", "IL-1β", "")]
    counted = with_unit(study.read("result.measurements"))
    units = biological_units(counted)
    summaries = group_summaries(counted, units, ["control", "il1b"])
    for target in ("ACAN", "SOX9"):
        frame = tables(tmp_path, "qpcr")[f"bench, expression, {target} (fold, Control = 1)"]
        given = {"calibrator": "control", "conditions": conditions}
        drawn = points_drawn(units.filter(target=target), groups_drawn(summaries.filter(target=target), given))
        for name, label, _ in conditions:
            expected = drawn.filter(condition=name)["drawn"].to_numpy()
            np.testing.assert_allclose(frame[label].dropna(), expected, rtol=1e-12)
        np.testing.assert_allclose(np.exp(np.log(frame["Control"].dropna()).mean()), 1)


def test_without_the_calibrator_ratios_stay_over_the_reference_genes(tmp_path: Path) -> None:
    rows = [measured(d, "il1b", 1, target="ACAN") for d in ("D1", "D2")]
    rows += [measured(d, c, 2, target="SOX9") for d in ("D1", "D2") for c in ("control", "il1b")]
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    found = tables(tmp_path, "qpcr")
    assert found["bench, expression, ACAN (fold)"]["IL-1β"].tolist() == pytest.approx([2, 2])
    assert found["bench, expression, SOX9 (fold, Control = 1)"]["IL-1β"].tolist() == pytest.approx([1, 1])


def test_technical_repeats_count_as_the_donor_that_the_tests_count(tmp_path: Path) -> None:
    rows = [measured(d, c, v, scale="raw", block_id=b) for d in ("D1", "D2") for c in ("control", "il1b")
            for v, b in ((1, "P1"), (2, "P2"))]  # fmt: skip
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    assert tables(tmp_path, "qpcr")["bench, expression, ACAN (fold)"]["Control"].tolist() == [1.5, 1.5]


def test_excluded_values_are_struck_out(tmp_path: Path) -> None:
    rows = [measured(d, "control", v, scale="raw", is_excluded=d == "D2") for d, v in (("D1", 1), ("D2", 9), ("D3", 2))]
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    path = str(tmp_path / "qpcr.pzfx")
    assert pzfx.read_pzfx(path, 1, strike_action="star")["Control"].tolist() == ["1.0", "9.0*", "2.0"]
    np.testing.assert_array_equal(pzfx.read_pzfx(path, 1)["Control"], [1, np.nan, 2])


def test_a_time_course_is_an_xy_table_whose_subcolumns_follow_a_culture(tmp_path: Path) -> None:
    rows = [
        measured("", c, h + n, scale="raw", unit="OD", target="", time_h=h, sample_id=f"{c}{n}", measure="viability")
        for c in ("control", "il1b")
        for n in (0.25, 0.5)
        for h in (0.0, 24.0, 72.0)
    ]
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    found = tables(tmp_path, "qpcr")
    assert list(found) == ["bench, viability (OD) over time", "bench, viability (OD), 72 h"]
    course = found["bench, viability (OD) over time"]
    assert course.columns.tolist() == ["Hours", "Control_1", "Control_2", "IL-1β_1", "IL-1β_2"]
    np.testing.assert_array_equal(course["IL-1β_2"], [0.5, 24.5, 72.5])
    assert found["bench, viability (OD), 72 h"]["ROWTITLE"].tolist() == [1, 2]


def test_values_without_a_time_are_kept_apart_from_those_at_a_time(tmp_path: Path) -> None:
    rows = [measured(d, "control", v, scale="raw", time_h=t) for d in ("D1", "D2") for v, t in ((1, None), (2, 24.0))]
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    found = tables(tmp_path, "qpcr")
    assert {name: frame["Control"].tolist() for name, frame in found.items()} == {
        "bench, expression, ACAN (fold)": [1, 1],
        "bench, expression, ACAN (fold), 24 h": [2, 2],
    }


def test_several_targets_are_also_a_grouped_table(tmp_path: Path) -> None:
    rows = [measured(d, c, i + (t == "SOX9"), target=t) for i, d in enumerate(("D1", "D2"))
            for c in ("control", "il1b") for t in ("ACAN", "SOX9")]  # fmt: skip
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    grouped = tables(tmp_path, "qpcr")["bench, expression of all targets (fold, Control = 1)"]
    assert grouped["ROWTITLE"].tolist() == ["ACAN", "SOX9"]
    np.testing.assert_allclose(grouped[["IL-1β_1", "IL-1β_2"]], [[2**-0.5, 2**0.5], [2**-0.5, 2**0.5]])
    assert 'TableType="TwoWay"' in (tmp_path / "qpcr.pzfx").read_text()


def test_a_study_without_measurements_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no measurements for Prism"):
        EXPORT.write(published({}), tmp_path)


def test_letters_that_xml_forbids_are_left_out(tmp_path: Path) -> None:
    rows = [measured(d, "control", 1, target="a\x01<&>\uffff") for d in ("D1", "D2")]
    EXPORT.write(published({"result.measurements": rows}), tmp_path)
    assert list(tables(tmp_path, "qpcr")) == ["bench, expression, a<&> (fold, Control = 1)"]
