from __future__ import annotations

import pytest

from tasks.methods.yaml_marks import read_yaml


def test_data_come_with_the_line_of_every_key_and_entry() -> None:
    marked = read_yaml("s.yaml", b"a: 1\nb:\n  - {c: x}\n  -\n    c: 2.5\n")
    assert marked.data == {"a": 1, "b": [{"c": "x"}, {"c": 2.5}]}
    assert [marked.line(p) for p in [("a",), ("b",), ("b", 0, "c"), ("b", 1, "c"), ("b", 1, "gone"), ()]] == [
        1,
        2,
        3,
        5,
        5,
        1,
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("2:30", "2:30"),
        ("2026-03-31", "2026-03-31"),
        ("2.31E+13", "2.31E+13"),
        ("'1'", "1"),
        ("true", True),
        ("-3", -3),
        (".5", 0.5),
        ("~", None),
        ("", None),
    ],
)
def test_scalars_mean_what_a_biologist_wrote(text: str, value: object) -> None:
    assert read_yaml("s.yaml", f"key: {text}\n".encode()).data == {"key": value}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "line 3"),
        ("a: 1\n\tb: 2\n", "line 2"),
        ("a: 'open\n", "line 2"),
        ("a: 1\nb: \x01\n", "line 2"),
        ("? [x]\n: 1\n", "line 1"),
        ("a: &x [*x]\n", "line 1"),
        ("[" * 2000, "line 1"),
        ("a: 1\n---\nb: 2\n", "line 2"),
    ],
)
def test_text_that_is_no_yaml_is_one_fatal_problem_with_its_line(text: str, place: str) -> None:
    marked = read_yaml("s.yaml", text.encode())
    (problem,) = marked.problems
    assert (problem.severity, problem.rule, problem.place.split(",")[0]) == ("fatal", "unreadable_manifest", place)
    assert marked.data is None


def test_a_key_that_stands_twice_is_found() -> None:
    (problem,) = read_yaml("s.yaml", b"a: 1\nb: 2\na: 3\n").problems
    assert (problem.place, problem.rule, problem.message) == (
        "line 3",
        "duplicate_key",
        "key 'a' already stands on line 1",
    )


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)
    ]
    assert [p.rule for p in read_yaml("s.yaml", "\n".join(lines).encode()).problems] == ["unreadable_manifest"]
