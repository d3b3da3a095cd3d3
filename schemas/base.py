"""How a table is declared: one class whose annotated fields are its columns.

From the declaration are derived the DDL (``warehouse.ddl``), the polars schema
(``schemas.polars_schema``), the Great Expectations suite (``schemas.expectations``) and
``docs/DICTIONARY.md`` (``schemas.dictionary``). A table without a docstring or a column
without a description fails at import.
"""

from __future__ import annotations

import importlib
import pkgutil
import types
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

import annotated_types as at
import polars as pl
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from schemas.errors import DeclarationError

SCHEMAS = ("core", "result", "mart", "ops")
POLARS_TYPES: dict[Any, Any] = {
    str: pl.String,
    int: pl.Int64,
    float: pl.Float64,
    bool: pl.Boolean,
    bytes: pl.Binary,
    datetime: pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True)
class Unit:
    """The unit of a column's numbers, in the field's usual spelling."""

    name: str


@dataclass(frozen=True)
class References:
    """``schema.table.column`` that every non-null value must exist in; checked by query."""

    column: str


@dataclass(frozen=True)
class SameAs:
    """The column's name in the tables that the row was computed from, where it is another there.

    ``group_a`` of a test is the ``condition`` of a measurement: lineage follows it.
    """

    column: str


@dataclass(frozen=True)
class Column:
    """One column as declared; all that the derived artefacts need."""

    name: str
    dtype: Any
    is_nullable: bool
    description: str
    unit: str | None = None
    references: str | None = None
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    same_as: str | None = None


class Table(BaseModel):
    """Base of every table; a subclass is one table and its fields are the columns.

    Class arguments: ``name`` (``schema.table``), ``key`` (columns that identify a row),
    ``replace_by`` (columns whose values are replaced together, the unit of a load),
    ``sort_by`` (physical order, by what people filter on), ``derived`` (the rows lie as Parquet
    beside the database, one file per raw object, and the table is a view over them; such files may
    have columns beyond the declared ones, and only nullable columns may be missing in them).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    replace_by: ClassVar[tuple[str, ...]]
    sort_by: ClassVar[tuple[str, ...]]
    is_derived: ClassVar[bool]

    def __init_subclass__(cls, **_: object) -> None:
        """Let the class arguments pass to ``__pydantic_init_subclass__``, which needs the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # the class arguments are the point
        cls,
        *,
        name: str,
        key: tuple[str, ...],
        replace_by: tuple[str, ...] = ("study_id",),
        sort_by: tuple[str, ...] = (),
        derived: bool = False,
        **_: object,
    ) -> None:
        """Check the declaration as soon as Python reads it."""
        cls.table_name, cls.key, cls.replace_by, cls.sort_by = name, key, replace_by, sort_by or key
        cls.is_derived = derived
        if name.split(".", maxsplit=1)[0] not in SCHEMAS or name.count(".") != 1:
            raise DeclarationError(f"{cls.__name__}: name {name!r} must be one of {SCHEMAS} and a table")
        if not (cls.__doc__ or "").strip():
            raise DeclarationError(f"{name}: the class needs a docstring that says what one row is")
        fields = list(cls.model_fields)
        if name.split(".", maxsplit=1)[0] in ("core", "result") and (fields[0] != "study_id" or "study_id" not in key):
            raise DeclarationError(f"{name}: study_id must come first and be part of the key")
        for column in (*key, *replace_by, *cls.sort_by):
            if column not in cls.model_fields:
                raise DeclarationError(f"{name}: {column!r} is named in the class arguments but is no column")
        columns(cls)

    @classmethod
    def description(cls) -> str:
        """What one row is."""
        return " ".join((cls.__doc__ or "").split())


StudyId = Annotated[str, References("core.studies.study_id"), Field(description="Study that the row belongs to.")]
ObjectId = Annotated[
    str,
    References("core.raw_objects.object_id"),
    Field(description="Raw file that the row was read from (sha256 of its bytes).", pattern=r"^[0-9a-f]{64}$"),
]
RunId = Annotated[
    str,
    References("ops.analysis_runs.run_id"),
    Field(description="Fingerprint of the analysis run that made the row."),
]


def _column(table: str, name: str, field: FieldInfo) -> Column:
    annotation, nullable = field.annotation, False
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        if len(inner) != 1:
            raise DeclarationError(f"{table}.{name}: a column has one type, nullable or not")
        annotation, nullable = inner[0], True
    values: tuple[str, ...] | None = None
    if get_origin(annotation) is Literal:
        values = tuple(map(str, get_args(annotation)))
        annotation = str
    if annotation not in POLARS_TYPES:
        raise DeclarationError(f"{table}.{name}: no column type for {annotation!r}; use one of {list(POLARS_TYPES)}")
    if not (field.description or "").strip():
        raise DeclarationError(f"{table}.{name}: every column needs a description")
    found: dict[str, Any] = {}
    for meta in field.metadata:
        match meta:
            case Unit():
                found["unit"] = meta.name
            case References():
                found["references"] = meta.column
            case SameAs():
                found["same_as"] = meta.column
            case at.Ge() | at.Gt() | at.Le() | at.Lt():
                found |= asdict(meta)
            case _ if getattr(meta, "pattern", None):
                found["pattern"] = meta.pattern
            case _:
                raise DeclarationError(f"{table}.{name}: {meta!r} has no meaning for a column")
    return Column(name, POLARS_TYPES[annotation], nullable, str(field.description), values=values, **found)


@cache
def columns(table: type[Table]) -> tuple[Column, ...]:
    """The table's columns in declared order."""
    return tuple(_column(table.table_name, name, field) for name, field in table.model_fields.items())


def tables() -> dict[str, type[Table]]:
    """Every table that the database stores, by its full name."""
    return {name: table for name, table in declared().items() if not table.is_derived}


def derived_tables() -> dict[str, type[Table]]:
    """Every view over Parquet files of raw objects, by its full name."""
    return {name: table for name, table in declared().items() if table.is_derived}


@cache
def declared() -> dict[str, type[Table]]:
    """Every declared table by its full name, found in ``schemas.tables``.

    Raises ``DeclarationError`` when two classes claim one name or a reference points nowhere.
    """
    package = importlib.import_module("schemas.tables")
    found: dict[str, type[Table]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"schemas.tables.{info.name}")
        for item in vars(module).values():
            if isinstance(item, type) and issubclass(item, Table) and item.__module__ == module.__name__:
                if item.table_name in found:
                    raise DeclarationError(f"{item.table_name} is declared twice")
                found[item.table_name] = item
    for table in found.values():
        for column in columns(table):
            if column.references:
                target, _, name = column.references.rpartition(".")
                if target not in found or name not in found[target].model_fields:
                    raise DeclarationError(f"{table.table_name}.{column.name} references unknown {column.references}")
    return found
