"""YAML to plain data with the line of every key and value, and no surprises of YAML 1.1.

``no`` and ``on`` stay words, ``010`` and ``2:30`` stay text, a key that stands twice is a
problem. Only what a person writes by hand is understood: mappings, lists, scalars.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from schemas.errors import Problem, Severity
from tasks.methods.problem_lists import shown
from tasks.methods.sheets import read_cells
from tasks.methods.text import decode, is_binary

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]{1,15}\.[0-9]{0,15}|\.[0-9]{1,15})")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_MOST_NODES = 100_000  # a page of anchors can stand for more data than memory holds
_DEEPEST = 40

Path = tuple[str | int, ...]


@dataclass
class Marked:
    """A YAML document: its data, the line of every path in it, and what is wrong with its text."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Sequence[str | int]) -> int:
        """Line of a path; of the nearest ancestor where the path itself is not there."""
        at = tuple(path)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)


class _Unreadable(Exception):  # noqa: N818 -- carries a mark inside this module only
    def __init__(self, message: str, mark: yaml.Mark | None) -> None:
        super().__init__(message)
        self.mark = mark


def read_yaml(name: str, data: bytes) -> Marked:
    """Read a YAML file; text that is no YAML, or a key that stands twice, is a fatal problem."""
    marked = Marked()
    if is_binary(data):
        marked.problems += read_cells(name, data).problems
        return marked
    try:
        node = yaml.compose(decode(data), Loader=yaml.SafeLoader)
        if node is not None:
            marked.data = _Walk(name, marked).value(node, ())
    except yaml.MarkedYAMLError as error:
        _unreadable(name, marked, error.problem or error.context or "no YAML", error.problem_mark or error.context_mark)
    except yaml.reader.ReaderError as error:
        text = decode(data)
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else 1
        _unreadable(name, marked, f"the character {error.character!r} is not allowed", None, line)
    except RecursionError:
        _unreadable(name, marked, "lists are nested too deep", None)
    except _Unreadable as error:
        _unreadable(name, marked, str(error), error.mark)
    return marked


def _unreadable(name: str, marked: Marked, why: str, mark: yaml.Mark | None, line: int = 1) -> None:
    place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else f"line {line}"
    message = f"this is no readable YAML ({shown(why)})"
    remedy = "Indent with spaces, put a space after ':', and close every bracket and quote."
    marked.data = None
    marked.problems.append(Problem(Severity.FATAL, name, place, "", "unreadable_manifest", message, remedy))


class _Walk:
    """From nodes to data, noting lines."""

    def __init__(self, name: str, marked: Marked) -> None:
        self.name, self.marked, self.count = name, marked, 0

    def value(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 -- YAML is anything
        self.count += 1
        if self.count > _MOST_NODES or len(path) > _DEEPEST:
            raise _Unreadable("too much or too deeply nested, or an alias that contains itself", node.start_mark)
        self.marked.lines.setdefault(path, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self.value(item, (*path, at)) for at, item in enumerate(node.value)]
            case _:
                return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _Unreadable("a key must be a word", key_node.start_mark)
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                message = f"key '{shown(key)}' already stands on line {self.marked.lines[(*path, key)]}"
                self.marked.problems.append(
                    Problem(
                        Severity.FATAL, self.name, f"line {line}", shown(key), "duplicate_key", message, "Join the two."
                    )
                )
                continue
            self.marked.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    text = str(node.value)
    if getattr(node, "style", None) is not None:  # quoted, or a block of text
        return text
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
