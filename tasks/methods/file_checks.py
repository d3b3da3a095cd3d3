"""files.csv, layouts, exclusions and reference files against samples and the files that are there."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from schemas.errors import Problem, Severity
from schemas.sheets import ExclusionRow, FileRow, Layout
from schemas.study_yaml import StudyYaml
from tasks.methods.excel_damage import excel_damaged
from tasks.methods.grids import well_name
from tasks.methods.id_matching import KnownIds, difference, folded, names_another, tokens
from tasks.methods.layout_sheets import nearest_role, unknown_samples
from tasks.methods.problem_lists import several, shown
from tasks.methods.sheets import Row, Sheet
from tasks.methods.yaml_marks import Marked

FILES, EXCLUSIONS = "files.csv", "exclusions.csv"
_SUFFERS = {
    "features": "symbols and RNA classes of features",
    "tx2gene": "salmon and kallisto counts",
    "genome": "quantification of reads and sequences of circRNAs",
    "gtf": "quantification of reads and sequences of circRNAs",
    "mirna_hairpin": "quantification of miRNA reads",
    "mirna_mature": "quantification of miRNA reads and names of miRNAs",
    "mirna_aliases": "former names of miRNAs",
    "gene_aliases": "former symbols of miRNA targets",
}


class Listing:
    """The files of a study folder, by name in any Unicode form; null-safe where the folder was not listed.

    ``is_file`` looks for files that study.yaml names outside the listed folders.
    """

    def __init__(self, names: Collection[str] | None, is_file: Callable[[str], bool] | None = None) -> None:
        self.is_known = names is not None
        self.looks_outside = is_file is not None
        self._is_file = is_file or (lambda _: False)
        self._names = {_composed(n): n for n in names or ()}
        self._near: dict[tuple[str, str], tuple[dict[str, str], KnownIds]] = {}

    def find(self, name: str) -> str | None:
        """The name as listed; null when it is not there."""
        return self._names.get(_composed(name))

    def has_reference(self, name: str) -> bool:
        """Whether a file that study.yaml names is there, in the study folder or elsewhere."""
        return self.find(name) is not None or self._is_file(name)

    def same(self, name: str, taken: Collection[str]) -> str | None:
        """The one raw file not ``taken`` that must be meant: it differs by case or separators, or by its folder."""
        inside = [n for n in self._names.values() if n.startswith("landing/") and n not in taken]
        for key in (folded, lambda n: folded(_last(n))):
            found = [n for n in inside if key(n) == key(name)]
            if len(found) == 1:
                return found[0]
        return None

    def nearest(self, name: str, folder: str, taken: Collection[str] = ()) -> str:
        """A sentence that names the file that was probably meant: of the same kind, and none of ``taken``."""
        kind = _kind(name)
        if (folder, kind) not in self._near:
            inside = [n for n in self._names.values() if n.startswith(folder) and not _last(n).startswith(".")]
            inside = [n for n in inside if _kind(n) == kind and n not in taken]
            self._near[folder, kind] = {_last(n): n for n in inside}, KnownIds(inside)
        by_last, known = self._near[folder, kind]
        found = by_last.get(_last(name)) or known.nearest(name)
        otherwise = "Put it there or correct the name; what was read of it before stands."
        return f"Did you mean {shown(found)}?" if found else otherwise


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _kind(name: str) -> str:
    """Ending of a file's name, without what compresses it."""
    return PurePosixPath(name.lower().removesuffix(".gz")).suffix


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def tidy_name(name: str, listing: Listing, folder: str = "landing/") -> str:
    """A file name of a sheet as the study lists it: forward slashes, with its folder."""
    plain = name.replace("\\", "/").removeprefix("./")
    inside = plain if plain.startswith(folder) else folder + plain
    return listing.find(plain) or listing.find(inside) or inside


def tidy_files(sheet: Sheet, listing: Listing) -> Sheet:
    """files.csv and exclusions.csv with file names as listed, layouts without folder and ending, wells as A01."""
    rows = []
    for row in sheet.rows:
        cells = dict(row.cells)
        if cells.get("file"):
            cells["file"] = tidy_name(cells["file"], listing)
        if layout := cells.get("layout", ""):
            plain = layout.replace("\\", "/").removeprefix("./").removeprefix("layouts/")
            cells["layout"] = plain[:-4] if plain.lower().endswith(".csv") else plain
        if cells.get("well"):
            cells["well"] = well_name(cells["well"]) or cells["well"]
        rows.append(Row(row.line, cells))
    return replace(sheet, rows=tuple(rows))


def checked_files(
    files: Sequence[FileRow], layouts: Collection[str], known_samples: KnownIds | None, listing: Listing
) -> tuple[list[FileRow], list[Problem]]:
    """The rows, with ``problem`` where a file cannot be read as its row says, and everything found.

    ``known_samples`` holds samples and materials, both may be named; null when they could not be read.
    A file that a row means but does not name rightly gets a row of its own, with the ``problem``.
    """
    problems: list[Problem] = []
    taken = {row.file for row in files}
    checked = []
    known_layouts = KnownIds(layouts)
    sample_ids = set(known_samples.ids) if known_samples else set()
    for row in files:
        reason, others = None, []
        if row.layout and row.layout not in layouts:
            message = f"there is no layouts/{shown(row.layout)}.csv, so {shown(row.file)} is left out"
            remedy = known_layouts.suggestion(row.layout, "Add it.")
            problems.append(_cell(FILES, row.line, "layout", row.layout, "unknown_layout", message, remedy))
            reason = str(problems[-1])
        if row.sample and known_samples and row.sample not in sample_ids:
            message = f"'{shown(row.sample)}' is not in samples.csv; the file's rows would belong to no sample"
            remedy = known_samples.suggestion(row.sample, "Add it to samples.csv, or correct it.")
            problems.append(_cell(FILES, row.line, "sample", row.sample, "unknown_sample", message, remedy))
        if listing.is_known and listing.find(row.file) is None:
            message = f"there is no file '{shown(row.file)}'"
            if meant := listing.same(row.file, taken):
                how = difference(row.file, meant)
                message = f"{message}, and {shown(meant)} is left out because no row names it"
                remedy = f"Did you mean {shown(meant)}{f' ({how})' if how else ''}?"
                problems.append(_cell(FILES, row.line, "file", row.file, "missing_file", message, remedy))
                others = [FileRow(file=meant, assay=row.assay, line=row.line, problem=str(problems[-1]))]
                taken.add(meant)
            else:
                remedy = listing.nearest(row.file, "landing/", taken)
                problem = _cell(FILES, row.line, "file", row.file, "missing_file", message, remedy)
                problems.append(replace(problem, severity=Severity.WARNING))
        checked += [row.model_copy(update={"problem": reason}) if reason else row, *others]
    targets = [(row.line, row.target) for row in files if row.target]
    problems += _damaged(FILES, targets)
    return checked, problems


def _cell(file: str, line: int, column: str, value: str, rule: str, message: str, remedy: str) -> Problem:
    return Problem(Severity.LOCAL, file, f"line {line}, column {column}", shown(value), rule, message, remedy)


def _damaged(file: str, targets: Sequence[tuple[int, str]]) -> Iterator[Problem]:
    for at, value in excel_damaged([target for _, target in targets]):
        message = f"'{shown(value)}' looks like a gene name that Excel turned into a date or number"
        problem = _cell(
            file,
            targets[at][0],
            "target",
            value,
            "excel_damaged_name",
            message,
            "Write the symbol (1-Sep: SEPTIN1).",
        )
        yield replace(problem, severity=Severity.WARNING)


def layout_problems(
    layouts: Mapping[str, Layout], known_samples: KnownIds | None, users: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Problem]:
    """Samples that a layout names and the study does not know; gene names that are dates.

    ``users``: the files that a layout is for.
    """
    for layout in layouts.values():
        file = f"layouts/{layout.name}.csv"
        its = several((users or {}).get(layout.name, ()))
        what = "lanes" if layout.lanes else "wells"
        for line, sample in unknown_samples(layout, known_samples) if known_samples else ():
            message = (
                f"'{shown(sample)}' is not in samples.csv; its {what}{f' in {its}' if its else ''} belong to no sample"
            )
            remedy = "Add it to samples.csv, or correct it."
            near = known_samples.nearest(sample) if known_samples else None
            if near and near not in layout.samples:
                message = f"{message} and {near} is left out"
            if role := nearest_role(sample, known_samples.ids if known_samples else ()):
                remedy = f"Did you mean {role}? A well without a sample has that role."
            elif known_samples and not (
                near in layout.samples and names_another(sample, near, tokens(f"{sample} {near}"))
            ):
                remedy = known_samples.suggestion(sample, remedy)
            yield _cell(file, line, "sample", sample, "unknown_sample", message, remedy)
        yield from _damaged(file, [(w.line, w.target) for w in layout.wells if w.target])


def broken_layouts(
    layouts: Mapping[str, Layout], problems: Sequence[Problem], users: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Layout], list[Problem]]:
    """Layouts and problems, where why a layout cannot be used says which files it leaves out."""
    found, told = dict(layouts), list(problems)
    for name, layout in layouts.items():
        at = next((i for i, p in enumerate(told) if layout.problem == str(p)), None)
        if at is not None and users.get(name):
            left_out = f"so {several(users[name])} {'is' if len(users[name]) == 1 else 'are'} left out"
            told[at] = replace(told[at], message=f"{told[at].message.rstrip('.')}, {left_out}")
            found[name] = layout.model_copy(update={"problem": str(told[at])})
    return found, told


def exclusion_problems(
    rows: Sequence[ExclusionRow], known_samples: KnownIds | None, listing: Listing
) -> Iterator[Problem]:
    """Exclusions that would leave out nothing."""
    for row in rows:
        if not (row.file or row.well or row.sample):
            message = "the row names no file, well or sample, so it leaves out nothing"
            yield _cell(EXCLUSIONS, row.line, "file", "", "empty_exclusion", message, "Name what to leave out.")
        if row.well and well_name(row.well) is None:
            message = f"'{shown(row.well)}' is no well, so nothing is left out"
            yield _cell(EXCLUSIONS, row.line, "well", row.well, "unknown_well", message, "Write it like B03.")
        if row.sample and known_samples and row.sample not in known_samples.ids:
            message = f"'{shown(row.sample)}' is not in samples.csv, so nothing is left out"
            remedy = known_samples.suggestion(row.sample, "Correct it.")
            yield _cell(EXCLUSIONS, row.line, "sample", row.sample, "unknown_sample", message, remedy)
        if row.file and listing.is_known and listing.find(row.file) is None:
            message = f"there is no file '{shown(row.file)}', so nothing is left out"
            remedy = listing.nearest(row.file, "landing/")
            problem = _cell(EXCLUSIONS, row.line, "file", row.file, "missing_file", message, remedy)
            yield replace(problem, severity=Severity.WARNING)


def reference_files(config: StudyYaml) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Every reference file that study.yaml names: its key, its name, what suffers without it."""
    named: list[tuple[tuple[str | int, ...], str | None, str]] = [
        (("annotation", key), getattr(config.annotation, key), what) for key, what in _SUFFERS.items()
    ]
    named.append((("flow", "gating"), config.flow.gating, "gated populations of flow cytometry"))
    named.append((("flow", "compensation"), config.flow.compensation, "compensation of flow cytometry"))
    named += [(("cerna", "targets", at), name, "ceRNA networks") for at, name in enumerate(config.cerna.targets)]
    named += [
        (("cerna", "sequences", at), name, "miRNA sites in them") for at, name in enumerate(config.cerna.sequences)
    ]
    for key, sets in config.enrichment.gene_sets.items():
        named.append((("enrichment", "gene_sets", key), sets.file, f"enrichment in {key}"))
    for key, one in config.enrichment.lists.items():
        named.append((("enrichment", "lists", key, "genes"), one.genes, f"enrichment of list {key}"))
        what = f"the background of list {key} (a file of genes, or the words tested or annotated)"
        named.append((("enrichment", "lists", key, "background"), one.background_file, what))
    return [(path, name, what) for path, name, what in named if name]


def reference_problems(config: StudyYaml, marked: Marked, listing: Listing) -> Iterator[Problem]:
    """Reference files that are not there, and addresses, which nobody fetches."""
    for path, name, suffers in reference_files(config):
        plain = name.replace("\\", "/").removeprefix("./")
        is_elsewhere = "://" in plain or plain.startswith(("/", "../", "~")) or plain[1:3] == ":/"
        if is_elsewhere and not listing.looks_outside:
            continue
        if listing.is_known and not listing.has_reference(plain):
            key = ".".join(str(p) for p in path)
            message = f"there is no file '{shown(name)}', which is needed for {suffers}"
            place = f"line {marked.line(path)}, key {key}"
            remedy = listing.nearest(plain, "")
            if "://" in plain:
                message = f"'{shown(name)}' is an address, which is not fetched; it is needed for {suffers}"
                remedy = "Copy the file into reference/ and name it there."
            yield Problem(Severity.LOCAL, "study.yaml", place, shown(name), "missing_reference", message, remedy)
