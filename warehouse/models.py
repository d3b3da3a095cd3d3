"""SQL models of ``warehouse/models``, as text."""

from __future__ import annotations


def views() -> list[tuple[str, str]]:
    """Name and SELECT of every mart view, in reference order."""
    return []
