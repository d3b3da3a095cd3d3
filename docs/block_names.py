"""Hook of MkDocs: the file name behind a code block's language becomes a line above the block."""

from __future__ import annotations

import re

_NAMED = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)


def on_page_markdown(markdown: str, **_context: object) -> str:
    """The page with ```` ```csv samples.csv ```` written as its name and a plain block."""
    return _NAMED.sub(r"`\2`:\n\n```\1", markdown)
