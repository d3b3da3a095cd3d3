"""What models of study.yaml and of the rows of its sheets have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Files = Annotated[list[str], BeforeValidator(_one_or_several)]  # a single name needs no brackets


class SheetModel(BaseModel):
    """Frozen; unknown keys are refused."""

    # a condition or donor may be called 1; infinity is nobody's dose
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)
