from __future__ import annotations

import re
from pathlib import Path

from tasks.methods.manifests import SHEETS, read_study

PAGE = Path(__file__).resolve().parents[2] / "docs" / "study-format.md"


def test_the_sheets_of_the_page_are_one_valid_study() -> None:
    blocks = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    sheets = {name: text.encode() for name, text in blocks}
    assert set(sheets) > {"study.yaml", *SHEETS}
    study = read_study(sheets)
    assert study.problems == ()
    assert [c.problem for c in study.contrasts] == [None, None]
    assert {len(one.wells) + len(one.lanes) for one in study.layouts.values()} == {8, 2, 3}
