"""``benchlake init``: a new study folder, empty or drafted from raw files."""

from __future__ import annotations

import shutil
from pathlib import Path

from schemas.bench_options import Condition
from schemas.errors import UserError
from schemas.sheets import FileRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Context, RawFile
from tasks.engine.reading import cultures, read_file
from tasks.methods.draft_guesses import guessed_assay
from tasks.methods.draft_marks import FILL_IN
from tasks.methods.sample_names import match_samples, stripped
from tasks.methods.study_template import DraftFile, drafted, study_slug, template
from warehouse.landing import walk

_COUNTS = "expression_counts"
SHOWN = 10  # guesses that are named; files.csv marks all


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
        texts = {}  # the example's samples and conditions occur in no file
        if landing.resolve() != (folder / "landing").resolve():
            shutil.copytree(landing, folder / "landing", dirs_exist_ok=True)
            told.append(f"copied the files of {landing} to {folder / 'landing'}; the originals stay")
        found = [_described(folder, name) for name in walk(folder, "landing")]
        texts |= drafted(found, study_id)
        guesses = [f for f in found if f.is_guess]
        known = sum(f.assay is not None for f in found) - len(guesses)
        told.append(f"{len(found)} files: {known} recognised, {len(guesses)} guessed")
        told += [f"guessed: {f.name} as {f.assay}; correct files.csv if it is something else" for f in guesses[:SHOWN]]
        if not any(f.sample_names for f in found):
            told.append(
                "no file names a sample: write your cultures into samples.csv and their conditions into study.yaml"
            )
        marked = [name for name in texts if FILL_IN in texts[name] and not name.endswith(".md")]
        if marked:
            told.append(f"{FILL_IN} stands where something is missing: {', '.join(sorted(marked))}")
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [f"wrote {folder / 'study.yaml'} and its sheets; every setting is explained there", *told]


def _described(folder: Path, name: str) -> DraftFile:
    config = StudyYaml(study_id="draft", conditions=[Condition(id="control")])
    raw, study = RawFile.read(folder / name, name), Study(config=config, samples=())
    reading = read_file(raw, Context(study))
    if any(problem.rule == "no_tx2gene" for problem in reading.problems):  # read once study.yaml names the genes
        bare = stripped(name.removeprefix("landing/"))
        return DraftFile(name, _COUNTS, () if bare == Path(name).name else (bare,))
    if not reading.assay and (assay := guessed_assay(raw)):
        guess = read_file(raw, Context(study, FileRow.model_validate({"file": name, "assay": assay})))
        if guess.status == "loaded":
            return DraftFile(name, assay, _bare(assay, cultures(guess.frames)), is_guess=True)
    return DraftFile(name, reading.assay or None, _bare(reading.assay, cultures(reading.frames)))


def _bare(assay: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of counts (``bam/S1.sorted.bam``) as samples (``S1``), where the run will match them so."""
    bare = tuple(map(stripped, names))
    return bare if assay == _COUNTS and tuple(match_samples(names, bare).values()) == bare else names
