"""A table's Great Expectations suite: the derived checks, asked of a pandas frame."""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.base import Table
from schemas.checks import Check, checks
from schemas.errors import DeclarationError

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

_LOCK = threading.Lock()  # the package keeps one current context for the whole process


def suite(table: type[Table]) -> ExpectationSuite:
    """The table's expectations, one for each check; ``meta`` names the check."""
    gx = _great_expectations()
    expectations = [_expectation(gx.expectations, check) for check in checks(table)]
    built: ExpectationSuite = gx.ExpectationSuite(name=table.table_name, expectations=expectations)
    return built


def broken_checks(frame: pl.DataFrame, table: type[Table]) -> list[Check]:
    """The checks that the frame fails, as Great Expectations sees it; NaN counts as missing.

    Raises ``DeclarationError`` with the engine's own words when an expectation cannot be evaluated.
    """
    gx = _great_expectations()
    with _LOCK:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("frames").add_dataframe_asset(table.table_name)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame.to_pandas()})
        results = batch.validate(suite(table), result_format="BOOLEAN_ONLY").results
    failed = set()
    for result in results:
        name = result.expectation_config.meta["check"]
        if result.exception_info.get("raised_exception", True):
            raise DeclarationError(f"{table.table_name}: {name} cannot be evaluated: {result.exception_info}")
        if not result.success:
            failed.add(name)
    return [check for check in checks(table) if check.name in failed]


def _great_expectations() -> Any:  # noqa: ANN401  # the package is untyped
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # nothing about a lab's data goes out
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports modules that Python 3.11 deprecates
        import great_expectations as gx  # noqa: PLC0415  # takes seconds
        import great_expectations.expectations  # noqa: PLC0415
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)  # a line for each frame
    # it tells of every temporary folder
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return gx


def _expectation(gxe: Any, check: Check) -> Any:  # noqa: ANN401  # the package is untyped
    column, meta = check.columns[0], {"check": check.name}
    match check.kind:
        case "not_null":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case "finite":
            largest = sys.float_info.max
            return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=-largest, max_value=largest, meta=meta)
        case "between":
            return gxe.ExpectColumnValuesToBeBetween(
                column=column,
                min_value=check.ge if check.gt is None else check.gt,
                strict_min=check.gt is not None,
                max_value=check.le if check.lt is None else check.lt,
                strict_max=check.lt is not None,
                meta=meta,
            )
        case "in_set":
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(check.values), meta=meta)
        case "matches":
            # Python's $ also matches before a last line end; polars' and pydantic's does not.
            pattern = check.pattern.removesuffix("$") + r"\Z" if check.pattern.endswith("$") else check.pattern
            return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=pattern, meta=meta)
        case "unique" if len(check.columns) == 1:
            return gxe.ExpectColumnValuesToBeUnique(column=column, meta=meta)
        case "unique":
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=list(check.columns), ignore_row_if="never", meta=meta
            )
