"""What may be tried again: what failed outside, never what is wrong with a file or with us."""

from __future__ import annotations

from typing import Any

from schemas.errors import TransientError


async def is_transient(_task: Any, _run: Any, state: Any) -> bool:  # noqa: ANN401 (Prefect's hook signature)
    """Whether the failed state holds a ``TransientError``."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, TransientError)
