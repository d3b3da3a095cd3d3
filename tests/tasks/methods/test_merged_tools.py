from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.count_matrices import CountMatrix
from tasks.methods.expression_fits import sources
from tasks.methods.merged_tools import merged, tools_of

SAMPLES = ("S1", "S2")
FILES = pl.DataFrame(
    {
        "object_id": ["a1", "a2", "b1", "b2", "c1"],
        "file_name": ["ciri/1", "ciri/2", "dcc/1", "dcc/2", "find_circ/1"],
        "parser": ["ciri", "ciri", "dcc", "dcc", "find_circ"],
    }
)


def matrix(rows: dict[str, list[float]]) -> CountMatrix:
    return CountMatrix(tuple(rows), SAMPLES, np.array(list(rows.values()), dtype=np.float64).reshape(-1, 2))


def test_circles_of_two_tools_have_the_counts_of_the_one_that_finds_most() -> None:
    tools = {
        "ciri": matrix({"x": [9, 1], "only": [50, 50], "tie": [2, 0], "silent": [0, 0]}),
        "dcc": matrix({"x": [6, 5], "tie": [0, 2], "silent": [3, 3]}),
        "knife": matrix({"x": [np.nan, 3]}),
    }
    whole, finding = merged(tools)
    assert whole.features == ("tie", "x")
    assert whole.samples == SAMPLES
    assert whole.counts.tolist() == [[2, 0], [6, 5]]  # of equal means the first by name
    assert finding.message.startswith("2 of 4 circRNAs")


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]),
        st.dictionaries(st.sampled_from("wxyz"), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1),
        min_size=2,
    )
)
def test_every_row_is_one_tools_and_no_other_tools_is_larger(tools: dict[str, dict[str, tuple[int, int]]]) -> None:
    whole, _ = merged({t: matrix({f: list(map(float, n)) for f, n in rows.items()}) for t, rows in tools.items()})
    every = {f for rows in tools.values() for f in rows}
    expected = {f for f in every if sum(any(rows.get(f, (0, 0))) for rows in tools.values()) >= 2}
    assert set(whole.features) == expected
    for feature, row in zip(whole.features, whole.counts.tolist(), strict=True):
        own = [list(map(float, rows[feature])) for rows in tools.values() if feature in rows]
        assert row in own
        assert sum(row) == max(map(sum, own))


def slices(*objects: str) -> pl.DataFrame:
    return pl.DataFrame({"sample_id": [f"S{o[1]}" for o in objects], "object_id": list(objects)})


def test_tools_that_lack_a_sample_take_no_part() -> None:
    tools, problem = tools_of(slices("a1", "a2", "b1", "b2", "c1"), FILES)
    assert tools == {"ciri": {"S1": "a1", "S2": "a2"}, "dcc": {"S1": "b1", "S2": "b2"}}
    assert problem is None


def test_why_tools_cannot_be_merged_is_said() -> None:
    tools, problem = tools_of(slices("a1", "a2", "c1"), FILES)
    assert tools == {}
    assert "fewer than 2 tools counted all 2 samples (ciri 2, find_circ 1)" in str(problem)
    twice = FILES.with_columns(parser=pl.lit("ciri"))
    _, problem = tools_of(slices("a1", "b1"), twice)
    assert "S1 has several files of ciri (ciri/1, dcc/1)" in str(problem)


def test_where_one_source_is_needed_a_merged_tool_stands_for_all() -> None:
    chosen, problem = sources(slices("a1", "a2", "b1", "b2", "c1"), FILES, "merged")
    assert (chosen.rows(), problem) == ([("S1", "a1"), ("S2", "a2")], None)
    assert "fewer than 2 tools" in str(sources(slices("a1", "a2", "c1"), FILES, "merged")[1])
