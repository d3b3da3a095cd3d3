from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

import schemas.tables
from schemas.base import References, StudyId, Table, Unit, columns, declared, tables
from schemas.errors import DeclarationError

Note = Annotated[str, Field(description="Note.")]


def test_a_table_without_docstring_fails_as_it_is_read() -> None:
    with pytest.raises(DeclarationError, match=r"core\.notes: the class needs a docstring"):

        class Bare(Table, name="core.notes", key=("study_id",)):
            study_id: StudyId


def test_a_column_without_description_fails_as_it_is_read() -> None:
    with pytest.raises(DeclarationError, match=r"core\.notes\.text: every column needs a description"):

        class Silent(Table, name="core.notes", key=("study_id",)):
            """One note."""

            study_id: StudyId
            text: str


@pytest.mark.parametrize("name", ["notes", "lab.notes", "core.a.b"])
def test_a_table_outside_the_known_schemas_fails(name: str) -> None:
    with pytest.raises(DeclarationError, match="must be one of"):

        class Lost(Table, name=name, key=("study_id",)):
            """One note."""

            study_id: StudyId


@pytest.mark.parametrize(
    "arguments", [{"key": ("study_id", "page")}, {"key": ("study_id",), "sort_by": ("page",)}], ids=["key", "sort_by"]
)
def test_a_class_argument_that_names_no_column_fails(arguments: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(DeclarationError, match="'page' is named in the class arguments but is no column"):

        class Paged(Table, name="core.notes", **arguments):
            """One note."""

            study_id: StudyId


def test_a_fact_without_its_study_first_and_in_the_key_fails() -> None:
    with pytest.raises(DeclarationError, match="study_id must come first"):

        class Last(Table, name="core.notes", key=("text",)):
            """One note."""

            study_id: StudyId
            text: Note


@pytest.mark.parametrize("kind", [list[str], int | str, dict, str | int | None])
def test_a_type_that_no_column_has_fails(kind: object) -> None:
    with pytest.raises(DeclarationError, match=r"core\.notes\.text"):

        class Odd(Table, name="core.notes", key=("study_id",)):
            """One note."""

            study_id: StudyId
            text: Annotated[kind, Field(description="Text.")]


def test_a_constraint_that_nothing_checks_fails() -> None:
    with pytest.raises(DeclarationError, match="has no meaning for a column"):

        class Long(Table, name="core.notes", key=("study_id",)):
            """One note."""

            study_id: StudyId
            text: Annotated[str, Field(max_length=3, description="Text.")]


def test_a_column_says_all_that_was_declared() -> None:
    class Dose(Table, name="core.doses", key=("study_id",)):
        """One dose
        of one culture."""

        study_id: StudyId
        sample_id: Annotated[str | None, References("core.samples.sample_id"), Field(description="Culture.")]
        dose: Annotated[float, Unit("µg/mL"), Field(gt=0, le=100, description="Dose.")]

    _, sample, dose = columns(Dose)
    assert Dose.description() == "One dose of one culture."
    assert (sample.is_nullable, sample.references, sample.unit) == (True, "core.samples.sample_id", None)
    assert (dose.is_nullable, dose.unit, dose.gt, dose.le, dose.ge) == (False, "µg/mL", 0, 100, None)
    assert Dose.sort_by == Dose.key


@pytest.fixture
def more_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules count as tables for one test."""
    monkeypatch.setattr(schemas.tables, "__path__", [*schemas.tables.__path__, str(tmp_path)])
    declared.cache_clear()
    yield tmp_path
    declared.cache_clear()
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"schemas.tables.{path.stem}", None)
        if hasattr(schemas.tables, path.stem):
            delattr(schemas.tables, path.stem)


def declare(folder: Path, module: str, name: str, annotation: str = "StudyId") -> None:
    (folder / f"{module}.py").write_text(
        textwrap.dedent(
            f'''
            from typing import Annotated
            from pydantic import Field
            from schemas.base import References, StudyId, Table

            class Extra(Table, name="{name}", key=("study_id",)):
                """One row."""
                study_id: {annotation}
            '''
        )
    )


def test_a_new_module_is_a_new_table(more_tables: Path) -> None:
    declare(more_tables, "extra_rows", "core.extra_rows")
    assert "core.extra_rows" in tables()


def test_a_name_declared_twice_fails(more_tables: Path) -> None:
    declare(more_tables, "extra_again", "core.samples")
    with pytest.raises(DeclarationError, match=r"core\.samples is declared twice"):
        tables()


@pytest.mark.parametrize("target", ["core.nowhere.study_id", "core.studies.nothing"])
def test_a_reference_to_nothing_fails(more_tables: Path, target: str) -> None:
    annotation = f'Annotated[str, References("{target}"), Field(description="Study.")]'
    declare(more_tables, f"extra_{target.split('.')[1]}", "core.extra", annotation)
    with pytest.raises(DeclarationError, match=rf"core\.extra\.study_id references unknown {target}"):
        tables()
