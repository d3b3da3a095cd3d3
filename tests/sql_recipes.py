"""The queries of docs/sql-recipes.md by their title."""

from __future__ import annotations

import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs" / "sql-recipes.md").read_text("utf-8")
RECIPES: dict[str, str] = dict(
    re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?```sql\n(.*?)```", TEXT, flags=re.MULTILINE | re.DOTALL)
)
