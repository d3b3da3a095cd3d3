"""The sheets of a new study: a commented example, or a draft from the files that are there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tasks.methods.donor_names import DonorName, donors_in
from tasks.methods.draft_marks import FILL_IN
from tasks.methods.id_matching import folded

_REPLICATE = re.compile(
    r"^(?P<stem>.*?[^\W\d_].*?)[-_. ]*(?:(?:rep|replicate|(?<=[-_. ])[rn])[-_. ]*)?(?<![0-9])(?P<number>[0-9]{1,2})$",
    re.IGNORECASE,
)
_REPLICATE_OF_DONOR = re.compile(  # where the donor is known, the number of TNF10 is a dose
    r"^(?P<stem>.*?[^\W\d_].*?)[-_. ]+(?:(?:rep|replicate|r|n)[-_. ]*)?(?P<number>[0-9]{1,2})$", re.IGNORECASE
)
_CONTROLS = (
    "control",
    "ctrl",
    "ctl",
    "con",
    "untreated",
    "untrt",
    "vehicle",
    "mock",
    "normal",
    "dmso",
    "nc",
    "wt",
    "sham",
)
_ONE_SAMPLE = ("flow_cytometry", "particle_size", "image", "reads")
UNASSIGNED = "unassigned"
_PLATES = "cell_viability"
_MOST_CONDITIONS, _PAIR = 12, 2

_CONDITIONS = {"control": "Control", "treated": "Treated"}

_STUDY = """\
# What the study is. Every key but study_id and conditions may be left out; lines with # are examples.
# Look at everything that is wrong, without loading anything:  benchlake check .

study_id: {study_id}
title: "{title}"
organism: Homo sapiens
# genome: GRCh38
# schedule: {{cron: "0 2 * * *", timezone: Asia/Shanghai}}   # a nightly run at two

# Treatments in the order of figures; the first is the reference, the second the disease that a rescue is measured from
# (else write `rescue` under statistics). `id` is what samples.csv says.
conditions:
{conditions}
  # - {{id: treated_10, label: Treated 10 ng/mL, factors: {{drug: 10}}, culture: "24 h"}}

# What must happen in a known direction; contradicted, the report asks whether labels were swapped.
# expectations:
#   - {{target: ACAN, condition: treated, against: control, direction: down}}

# Differential expression of count matrices. fold_change is linear: 2.0 means doubled or halved.
# The threshold filters the finished list, or every feature is tested against it (test).
# Methods: deseq2, limma_voom, limma_trend; primary is the one whose list counts.
# expression:
#   methods: [deseq2, limma_voom]
#   primary: deseq2
#   fold_change: 2.0
#   fdr: 0.05
#   threshold: filter
#   shrinkage: none
#   robust: false               # limma: hypervariable genes do not shape the variances of the others
#   quality_weights: false      # limma: samples far from the fit count less
#   source: {{gene: landing/counts.csv}}       # which of two quantifications of the same samples counts
#   size_factors: {{circrna: poscounts}}

# qPCR: 2^-ΔΔCq on the reference genes, against the calibrator condition (the first, if not named).
# qpcr: {{reference_targets: [GAPDH], calibrator: control, method: ddcq}}

# Group tests at the bench.
# statistics:
#   alpha: 0.05
#   omnibus: one_way_anova      # welch_anova, two_way_anova, kruskal_wallis, friedman
#   posthoc: bonferroni         # holm, tukey, dunnett, games_howell, dunn, none
#   two_groups: auto            # student_t, welch_t, paired_t, mann_whitney, wilcoxon_signed_rank
#   sensitivity: [paired_t, ranks, logit]
#   design: auto                # blocked by donor where every donor has every condition
#   primary_time_h: 72          # the time that counts; the last one, if not named
#   rescue: {{control: control, disease: treated}}

# Viability from plate readers.
# viability: {{wavelength_nm: 450, reference: control, scope: plate}}

# flow: {{gating: reference/gates.xml}}          # GatingML 2.0 or FlowJo .wsp
# cerna:
#   targets: [reference/mirna_targets.tsv.gz]
#   sequences: [reference/circles.fa]           # RNAs whose miRNA sites are predicted from sequence
#   site_types: [8mer, 7mer-m8, 7mer-A1]        # 6mer may be added: weak, and common by chance
#   fdr: 0.05
# enrichment:
#   gene_sets: {{GO_BP: reference/go_bp.gmt.gz}}
#   pvalue: 0.05
#   size: 10–500
#   methods: [ora, gsea]                       # gsea ranks all genes; ora alone otherwise
#   lists: {{apoptosis: {{genes: reference/apoptosis.txt, background: tested}}}}
# annotation: {{features: reference/features.tsv.gz, tx2gene: reference/tx2gene.tsv.gz}}
"""

_SAMPLES = """\
sample,condition,donor,replicate,experiment
C1,control,D1,1,main
C2,control,D2,2,main
C3,control,D3,3,main
T1,treated,D1,1,main
T2,treated,D2,2,main
T3,treated,D3,3,main
"""

_CONTRASTS = """\
id,variable,reference,target,blocking
treated_vs_control,condition,control,treated,donor
"""

_COMPARISONS = """\
id,assays,experiment,conditions,pairs
all,*,*,*,all
"""

_README = """\
# {title}

Put raw files into `landing/` as the instruments wrote them, any names, any depth. The sheets say what
the files cannot tell. `benchlake check .` prints everything that is wrong; `benchlake run .` runs it.

| file | one row is |
|---|---|
| study.yaml | the study: conditions, thresholds, reference files |
| samples.csv | one independently treated culture; wells and readings of it are no rows |
| contrasts.csv | two levels compared in transcriptomes; `blocking` is a column held constant (`donor`) or `none` |
| comparisons.csv | a family of group tests at the bench; `*` is all; `pairs` is all, reference, or `control>treated` |
| files.csv | a raw file: its assay, and sample, layout, time_h where its content does not say |
| layouts/NAME.csv | a plate as a picture (grid of samples, `blank`, `empty`) or a list `well,sample,role` |
| donors.csv, materials.csv | optional: donors by pseudonym, exosome preparations and cultures |
| exclusions.csv | optional: `file,well,sample,reason`; excluded values are kept and shown, not analysed |

Two treatments that were compared with one control: write their direct contrast as a row of contrasts.csv too.

Rows of files.csv look like these:

    file,assay,sample,layout,time_h
    landing/cck8_24h.txt,cell_viability,,plate96,24
    landing/qpcr_run1.xlsx,qpcr,,,
    landing/C1.fcs,flow_cytometry,C1,,
    landing/gene_counts.csv,expression_counts,,,

Assays: cell_viability, senescence, flow_cytometry, western_blot, qpcr, particle_size, cell_counts, image,
expression_counts, reads, nucleic_acid_qc.
"""


_ORDER = f"{FILL_IN} order: the disease second, treatments after it"
_MISSING = f"{FILL_IN} condition: the names tell none"
_NO_DONOR = (
    f"{FILL_IN} donor: the same for all cultures of one donor or matched donors are tested as independent; "
    "empty only where each culture is of another"
)
_NO_SAMPLE = f"{FILL_IN}: no file names a sample; write one row a culture in place of this one"
_LAYOUTS = """\
# Layouts

`plate96.csv` is a plate as a picture: write into each well the `sample` of samples.csv that it holds, `blank` for
medium with reagent and no cells, `empty` (or nothing) for a well that was not used. Then name `plate96` in the column
`layout` of files.csv for every file that was read from such a plate; write another layouts/NAME.csv for a plate that
was filled otherwise. A picture of 16 rows and 24 columns is a plate of 384 wells. A list does as well:

    well,sample,role
    B02,SAMPLE_1,sample
    B03,,blank
"""


@dataclass(frozen=True)
class DraftFile:
    """A file found in a landing folder: what it seems to be and the sample names that it holds."""

    name: str  # path in the study folder, forward slashes
    assay: str | None = None
    sample_names: tuple[str, ...] = ()
    is_guess: bool = False  # by its shape only


def study_slug(text: str) -> str:
    """A valid study_id from a folder's name."""
    slug = re.sub(r"[^a-z0-9_-]+", "_", text.casefold()).strip("_-")
    return slug[:64].rstrip("_-") or "study"


def template(study_id: str) -> dict[str, str]:
    """The files of a new study by name: valid as they stand, with every option shown as a comment."""
    return {
        **_frame(study_id, _CONDITIONS),
        "samples.csv": _SAMPLES,
        "contrasts.csv": _CONTRASTS,
        "comparisons.csv": _COMPARISONS,
        "files.csv": "file,assay,sample,layout,time_h\n",
        "layouts/plate96.csv": _plate(["C1", "C2", "C3", "T1", "T2", "T3"]),
    }


def drafted(files: Sequence[DraftFile], study_id: str = "study") -> dict[str, str]:
    """The files of a study drafted from raw files: what was guessed is for a person to correct.

    Sample names become rows of samples.csv with condition and replicate guessed from the name
    (``IL1b_rep2``: condition IL1b, replicate 2), ``unassigned`` where the name tells none, and donors
    (``IL1b_D2``: condition IL1b, donor D2). Names that differ only by case or separators are one sample. What a person
    must add is marked ``FILL IN``. Where no file names a sample, one row says so and keeps the draft
    valid. Plates get an empty layout with its explanation.
    """
    by_fold: dict[str, str] = {}
    for name in (n for f in files for n in f.sample_names if folded(n)):
        by_fold.setdefault(folded(name), name)
    donors = donors_in(by_fold.values())
    guesses = {name: _guess(name, donors.get(name)) for name in by_fold.values()}
    stems: dict[str, str] = {}
    for condition, _ in guesses.values():
        stems.setdefault(folded(condition), condition)
    if len(stems) > _MOST_CONDITIONS:  # accession numbers, not treatments
        stems = dict.fromkeys(stems, UNASSIGNED)
    ordered = _in_order(list(dict.fromkeys(stems.values())))
    rows = [
        [n, c, donors[n].donor if n in donors else "", number, _sample_note(c, donors.get(n))]
        for n, c, number in ((n, stems[folded(condition)], number) for n, (condition, number) in guesses.items())
    ]
    listed = [
        [f.name, f.assay or "", by_fold[folded(f.sample_names[0])] if _is_of_one_sample(f) else "", "", "", _note(f)]
        for f in files
    ]
    sheets = _frame(study_id, {one: one for one in ordered or [UNASSIGNED]})
    rows = rows or [["SAMPLE_1", UNASSIGNED, "", "", _NO_SAMPLE]]
    sheets["samples.csv"] = _csv([["sample", "condition", "donor", "replicate", "note"], *rows])
    sheets["files.csv"] = _csv([["file", "assay", "sample", "layout", "time_h", "note"], *listed])
    if any(map(_wants_layout, files)):
        sheets["layouts/plate96.csv"] = _csv([["", *map(str, range(1, 13))], *([a, *[""] * 12] for a in "ABCDEFGH")])
        sheets["layouts/README.md"] = _LAYOUTS
    return sheets


def _in_order(conditions: Sequence[str]) -> list[str]:
    """Controls first; then as they come, but ``il1b`` before ``il1b_exo``: what is added to a disease is no disease."""
    first = {c: min(i for i, one in enumerate(conditions) if _root(one, conditions) == _root(c, conditions))
             for c in conditions}  # fmt: skip
    return sorted(conditions, key=lambda c: (c == UNASSIGNED, not _is_control(c), first[c], len(c)))


def _root(condition: str, conditions: Sequence[str]) -> str:
    """The shortest condition whose name this one goes on with."""
    return min((c for c in conditions if condition.casefold().startswith(c.casefold())), key=len)


def _wants_layout(file: DraftFile) -> bool:
    return file.assay == _PLATES and not file.sample_names


def _note(file: DraftFile) -> str:
    """What a person must add to a file's row, or confirm."""
    if file.assay is None:
        return f"{FILL_IN} assay if it holds results; else delete the row"
    wanted = f"{FILL_IN} layout and time_h" if _wants_layout(file) else ""
    return "; ".join(filter(None, ("guess: correct the assay if it is none" if file.is_guess else "", wanted)))


def _sample_note(condition: str, donor: DonorName | None) -> str:
    """What a person must add to a culture's row, or confirm."""
    told = [_MISSING] if condition == UNASSIGNED else []
    if donor is None:
        told.append(_NO_DONOR)
    elif donor.is_letter:
        told.insert(0, f"{FILL_IN} donor: {donor.donor} is a guess; a day? a passage?")
    return "; ".join(told)


def _frame(study_id: str, conditions: Mapping[str, str]) -> dict[str, str]:
    title = study_id.replace("_", " ").replace("-", " ").strip().capitalize()
    second = list(conditions)[1] if len(conditions) > _PAIR else None
    marks = {UNASSIGNED: f"  # {_MISSING}", second: f"  # {_ORDER}"}
    lines = "\n".join(
        f"  - {{id: {_quoted(one)}, label: {_quoted(label)}}}{marks.get(one, '')}" for one, label in conditions.items()
    )
    return {
        "study.yaml": _STUDY.format(study_id=_quoted(study_id), title=title, conditions=lines),
        "README.md": _README.format(title=title),
        "landing/.gitkeep": "",
        "reference/.gitkeep": "",
    }


def _quoted(text: str) -> str:
    """A YAML scalar; in quotes where it would be read as something else than text."""
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) and text.casefold() not in ("true", "false", "null")
    return text if is_plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _guess(name: str, donor: DonorName | None = None) -> tuple[str, str]:
    """Condition and replicate; of a culture of a known donor without a number of its own, the donor's."""
    found = _REPLICATE_OF_DONOR.match(donor.rest) if donor else _REPLICATE.match(name)
    stem = (found["stem"] if found else "").rstrip("-_. ")
    if found and stem:
        return stem, found["number"].lstrip("0") or "0"
    return (donor.rest or UNASSIGNED, donor.number) if donor else (UNASSIGNED, "")


def _is_control(condition: str) -> bool:
    key = folded(condition)
    return any(key == word or (len(word) > 3 and key.startswith(word)) for word in _CONTROLS)  # noqa: PLR2004


def _is_of_one_sample(file: DraftFile) -> bool:
    return len(file.sample_names) == 1 and bool(folded(file.sample_names[0])) and file.assay in _ONE_SAMPLE


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _plate(samples: Sequence[str]) -> str:
    """A picture of a 96-well plate: blanks in column 1, each sample in three wells of a row, the edge empty."""
    rows = [["", *map(str, range(1, 13))]]
    for letter, sample in zip("ABCDEFGH", ["", *samples, ""], strict=True):
        inner = [sample] * 3 if sample else [""] * 3
        rows.append([letter, "blank" if sample else "", *inner, *[""] * 8])
    return _csv(rows)
