"""``benchlake init``: a new study folder, empty or drafted from raw files."""

from __future__ import annotations

import shutil
from pathlib import Path

from schemas.errors import UserError
from schemas.study import Condition, Study, StudyYaml
from tasks.contracts import Context, RawFile
from tasks.engine.reading import cultures, read_file
from tasks.methods.study_template import DraftFile, drafted, study_slug, template
from warehouse.landing import walk


def write_new_study(folder: Path, landing: Path | None) -> list[str]:
    """Write the study's sheets; with ``landing``, copy its files and draft files.csv and samples.csv from them.

    Gives what was done, line by line. Raises ``UserError`` when the folder holds a study or
    ``landing`` is no folder.
    """
    if (folder / "study.yaml").exists():
        raise UserError(f"{folder} already holds a study.yaml; nothing was written. Give a new folder.")
    if landing is not None and not landing.is_dir():
        raise UserError(f"{landing} is no folder. Give the folder that holds the raw files.")
    study_id = study_slug(folder.resolve().name)
    texts = template(study_id)
    told = []
    if landing is not None:
        examples = ("contrasts.csv", "comparisons.csv", "layouts/")  # they name the template's own samples
        texts = {name: text for name, text in texts.items() if not name.startswith(examples)}
        if landing.resolve() != (folder / "landing").resolve():
            shutil.copytree(landing, folder / "landing", dirs_exist_ok=True)
            told.append(f"copied the files of {landing} to {folder / 'landing'}; the originals stay")
        found = [_described(folder, name) for name in walk(folder, "landing")]
        texts |= drafted(found, study_id)
        known = sum(f.assay is not None for f in found)
        told.append(f"{len(found)} files, {known} recognised; see files.csv and samples.csv and fill what is marked")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [f"wrote {folder / 'study.yaml'} and its sheets; every setting is explained there", *told]


def _described(folder: Path, name: str) -> DraftFile:
    config = StudyYaml(study_id="draft", conditions=[Condition(id="control")])
    reading = read_file(RawFile.read(folder / name, name), Context(Study(config=config, samples=())))
    return DraftFile(name, reading.assay or None, cultures(reading.frames))
