"""What a step did, in words that the summary, the artifacts and the command line share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FIGURE = "figure "  # begins the name of a kind of figure among the computations


@dataclass(frozen=True)
class FileOutcome:
    """What became of one raw file in this run."""

    file_name: str
    status: str
    assay: str
    parser: str | None
    rows: int
    reason: str | None
    is_bug: bool = False


@dataclass(frozen=True)
class PartOutcome:
    """What became of one part of one analysis in this run."""

    analysis: str
    part: str
    status: str  # done, skipped, failed, current, ended (nothing is left to compute it from: its rows are gone)
    rows: int  # in the analysis's first table
    reason: str | None
    seconds: float = 0.0
    more_rows: int = 0  # in its other tables

    @property
    def is_figure(self) -> bool:
        """Whether it is a picture: people count those apart."""
        return self.analysis.startswith(FIGURE)


@dataclass(frozen=True)
class Summary:
    """One run of one study."""

    study_id: str
    files: tuple[FileOutcome, ...] = ()
    parts: tuple[PartOutcome, ...] = ()
    warnings: tuple[str, ...] = ()  # what people should look at, one line each, no more than a screen
    unchanged_count: int = 0
    published_at: datetime | None = None
    is_unchanged: bool = False
    standing: tuple[FileOutcome, ...] = ()  # in quarantine since an earlier run
    withdrawn: tuple[FileOutcome, ...] = ()  # retracted since the last publication: their rows are gone
    figure_count: int = 0  # in the study's folder of figures
    figure_folder: str = ""
    report_path: str = ""  # of the page that people read
    state: str = ""  # of the study as ingest found it: what a publication then shows

    @property
    def failed(self) -> bool:
        """Whether something went wrong that is not the user's file."""
        return any(p.status == "failed" for p in self.parts) or any(f.is_bug for f in self.files)

    @property
    def quarantined(self) -> tuple[FileOutcome, ...]:
        """All files in quarantine now, those of this run first."""
        return tuple(f for f in self.files if f.status == "quarantined") + self.standing
