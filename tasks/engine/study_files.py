"""A study folder to its manifests, listing and hashes; study names to folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from schemas.errors import BadInputError, UserError
from schemas.study import Study
from tasks.contracts import BESIDE, RawFile, parsers, twins
from tasks.methods.circrna_lists import LIST
from tasks.methods.manifests import manifest_names, read_study
from tasks.methods.reference_tables import is_reference_table
from warehouse.landing import FoundFile, describe, walk
from warehouse.store import Session, Warehouse

ANNOTATIONS = ("features", "tx2gene", "mirna_mature")


@dataclass(frozen=True)
class StudyFolder:
    """A study as it lies on disk now."""

    path: Path
    study: Study
    sheets: Mapping[str, FoundFile]
    landing: Mapping[str, FoundFile]  # and tables of study.yaml that are loaded: miRNA targets, gene sets
    references: Mapping[str, FoundFile]  # key of study.yaml -> file

    @property
    def files(self) -> dict[str, FoundFile]:
        """Sheets, raw files and references by name."""
        return {**self.sheets, **self.landing, **{f.name: f for f in self.references.values()}}

    @property
    def own_references(self) -> list[FoundFile]:
        """References that are no raw files themselves."""
        own = [f for key, f in self.references.items() if not key.startswith(f"{BESIDE}/")]
        return [f for f in own if f.name not in self.landing]

    def hashed_references(self, hashes: Mapping[str, str]) -> dict[str, str]:
        """Hash of each reference by key; a raw file that has none yet is left out."""
        found = {key: hashes.get(f.name) for key, f in self.references.items()}
        return {key: sha256 for key, sha256 in found.items() if sha256 is not None}

    def read_references(self) -> dict[str, RawFile]:
        """References by key; a raw file that is still being written or may not be read is left out."""
        found = {}
        for key, file in self.references.items():
            try:
                found[key] = RawFile.read(Path(file.path), file.name)
            except OSError:
                if file.name not in self.landing:
                    raise
        return found


def resolve(study: str, warehouse: Warehouse) -> Path:
    """The folder of a study given as folder or registered id; a folder without study.yaml may bear a study's id.

    Raises ``UserError`` when it is neither.
    """
    path = Path(study).expanduser()
    if (path / "study.yaml").is_file():
        return path.resolve()
    registered: dict[str, str] = {}
    for source in (warehouse.published, warehouse.path):  # the snapshot needs no lock, but lags behind
        if source.exists():
            with warehouse.snapshot() if source == warehouse.published else warehouse.open("find a study") as session:
                registered |= dict(session.read("core.studies", {}, ["study_id", "path"]).iter_rows())
            if study in registered and Path(registered[study]).is_dir():  # a snapshot may be older than a move
                return Path(registered[study])
    if study in registered or path.is_dir():
        return Path(registered[study]) if study in registered else path.resolve()
    raise UserError(
        f"{study} is neither a study folder nor a registered study. {_nearest(study, sorted(registered))}Give the "
        "folder that holds study.yaml, or write a new one with `benchlake init DIR`."
    )


def _nearest(study: str, registered: list[str]) -> str:
    """What may have been meant; else what there is to mean."""
    by_fold = {name.casefold(): name for name in registered}
    near = [by_fold[n] for n in get_close_matches(study.casefold(), list(by_fold), 3, 0.6)]
    if near:
        return f"Did you mean {' or '.join(near)}? "
    return f"Registered are {', '.join(registered[:10])}. " if registered else ""


def require_registered(session: Session, study_id: str) -> None:
    """Refuse to work on a study that nothing was ever ingested of. Raises ``UserError``."""
    if not session.read("core.studies", {"study_id": [study_id]}, ["study_id"]).height:
        raise UserError(f"{study_id} is not known in this home yet. Run `benchlake run STUDY` first.")


def read_folder(path: Path) -> StudyFolder:
    """Read the sheets and list the landing zone; hashes nothing.

    Raises ``UserError`` with all fatal problems when the sheets cannot be used.
    """
    if not (path / "study.yaml").is_file():
        raise UserError(
            f"{path} holds no study.yaml. Write one with `benchlake init {path}`, or give the study's folder."
        )
    landing = walk(path, "landing")
    listing = [f"{p.name}" for p in path.iterdir() if p.is_file()] + list(walk(path, "layouts"))
    names = manifest_names(listing)
    try:
        everything = {*listing, *landing, *walk(path, "reference")}
        sheets = {n: (path / n).read_bytes() for n in names}
        study = read_study(sheets, everything, lambda name: _is_there(path / name))
    except BadInputError as error:
        raise UserError(
            f"{path.name}: the study's sheets cannot be used; nothing was loaded.", error.problems
        ) from error
    named = {key: getattr(study.config.annotation, key) for key in ANNOTATIONS} | _flow_references(study)
    if study.file_row(LIST):  # a genome is large: hashed only where sequences are cut from it
        named |= {key: getattr(study.config.annotation, key) for key in ("genome", "gtf")}
    named["features"] = named["features"] or study.config.annotation.gtf
    references = {key: describe(path / name, name) for key, name in named.items() if name and _is_there(path / name)}
    tables = [row.file for row in study.files if is_reference_table(row) and row.file not in landing]
    landing |= {name: describe(path / name, name) for name in tables if _is_there(path / name)}
    references |= _beside(landing)
    return StudyFolder(path, study, {n: describe(path / n, n) for n in names}, landing, references)


def _beside(landing: Mapping[str, FoundFile]) -> dict[str, FoundFile]:
    """Raw files that another raw file is read with, by `beside/` and their name."""
    words = [parser.beside for parser in parsers().values() if parser.beside]
    found = {twin for name in landing for group in words for twin in twins(name, group).values()}
    return {f"{BESIDE}/{name}": landing[name] for name in sorted(found & landing.keys())}


def _flow_references(study: Study) -> dict[str, str | None]:
    """Gates and matrices: those of study.yaml by their key, those of files.csv by `flow.compensation/` and the name.

    Like every name in files.csv, that of a matrix is of the study's own folder.
    """
    flow = study.config.flow
    own = {row.attributes.get("compensation", "").strip() for row in study.files}
    return {
        "flow.gating": flow.gating,
        "flow.compensation": flow.compensation,
        **{f"flow.compensation/{name}": name for name in sorted(own) if _is_within(name)},
    }


def _is_within(name: str) -> bool:
    plain = name.replace("\\", "/")
    is_elsewhere = plain.startswith(("/", "~")) or ":" in plain or ".." in plain.split("/")
    return bool(plain) and not is_elsewhere


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file system can have
        return False
