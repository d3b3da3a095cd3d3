"""A study on disk, as a model: study.yaml and the rows of its sheets.

``tasks.methods.manifests`` reads the bytes of these files into a ``Study`` and reports every problem.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import Field

from schemas.errors import Problem
from schemas.sheet_model import SheetModel
from schemas.sheets import ComparisonRow, ContrastRow, DonorRow, ExclusionRow, FileRow, Layout, MaterialRow, SampleRow
from schemas.study_yaml import StudyYaml


class Study(SheetModel):
    """All manifests of a study, read and cross-checked."""

    config: StudyYaml
    samples: tuple[SampleRow, ...]
    contrasts: tuple[ContrastRow, ...] = ()
    comparisons: tuple[ComparisonRow, ...] = ()
    files: tuple[FileRow, ...] = ()
    layouts: dict[str, Layout] = Field(default_factory=dict)
    donors: tuple[DonorRow, ...] = ()
    materials: tuple[MaterialRow, ...] = ()
    exclusions: tuple[ExclusionRow, ...] = ()
    problems: tuple[Problem, ...] = Field(default=(), description="Local problems and warnings found in the sheets.")

    @property
    def study_id(self) -> str:
        """The study's short name."""
        return self.config.study_id

    @property
    def sample_ids(self) -> frozenset[str]:
        """Names of all cultures."""
        return frozenset(s.sample for s in self.samples)

    @property
    def material_ids(self) -> frozenset[str]:
        """Names of all materials."""
        return frozenset(m.material for m in self.materials)

    @cached_property
    def _file_rows(self) -> dict[str, FileRow]:
        return {f.file: f for f in self.files}

    def file_row(self, name: str) -> FileRow | None:
        """The files.csv row of a study-relative path; null when it has none."""
        return self._file_rows.get(name)

    def file_problem(self, row: FileRow) -> str | None:
        """Why a file must be quarantined for what its row or its layout says; null when it need not."""
        layout = self.layouts.get(row.layout or "")
        return row.problem or (layout.problem if layout else None)
