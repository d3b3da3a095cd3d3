from __future__ import annotations

import ast
import re
from pathlib import Path

import tasks
from tasks.methods.reason_words import REASONS, legend, reason_words

CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def given_reasons() -> set[str]:
    """Codes that the source gives as ``na_reason``: in calls and dicts under that name."""
    found: set[str] = set()
    for path in Path(tasks.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.expr] = []
            if isinstance(node, ast.keyword) and node.arg == "na_reason":
                values = [node.value]
            elif isinstance(node, ast.Dict) and path.parent.name != "sections":
                pairs = zip(node.keys, node.values, strict=True)
                values = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "na_reason"]
            texts = [text for value in values for text in _texts(value)]
            found |= {text for text in texts if CODE.fullmatch(text)}
    return found


def _texts(value: ast.expr) -> list[str]:
    """A text, either side of a choice, and what ``pl.lit`` holds anywhere within."""
    sides = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    literals = [n for n in ast.walk(value) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "lit"]
    sides += [call.args[0] for call in literals if call.args]
    return [side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)]


def test_every_code_that_the_source_names_has_words() -> None:
    found = given_reasons()
    assert {"missing_group", "no_disease_effect", "ambiguous_arm"} <= found
    assert found <= REASONS.keys()


def test_words_are_no_codes_and_lists_and_places_are_read() -> None:
    assert not [words for words in REASONS.values() if CODE.search(words)]
    assert reason_words("no_blanks;no_controls") == "the plate has no blanks; the plate has no controls"
    assert reason_words("missing_cell: NP1, Control, 24 h") == "no value of NP1, Control, 24 h"
    assert reason_words("unheard_of") == "unheard of"


def test_a_legend_has_each_code_once() -> None:
    said = legend(["no_blanks;no_layout", None, "no_blanks", "unheard_of"])
    assert said == "No blanks: the plate has no blanks. No layout: the plate has no layout."
