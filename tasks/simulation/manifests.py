"""Write the simulated study's manifests: what the files in landing/ are and how they belong together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import yaml

from tasks.simulation import (
    apoptosis,
    gene_sets,
    identity,
    markers,
    matrices,
    particles,
    qpcr,
    rna_quality,
    senescence,
    targets,
    viability,
    western,
)
from tasks.simulation.design import BENCH, CONTRASTS, CULTURE_DATE, DONORS, NOTICE, SEQUENCING, STUDY_ID, TREATMENTS
from tasks.simulation.drawn import Row

NOTE = "Plate 2 left the incubator ten minutes late. Lid of the 72 h plate was wet, dried before reading.\n"


def _sheet(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    return "".join(f"{line}\n" for line in [header, *(",".join(map(str, row)) for row in rows)]).encode()


def study_yaml() -> bytes:
    """study.yaml."""
    content: dict[str, Any] = {
        "study_id": STUDY_ID,
        "title": "SIMULATED: USC exosomes rescue IL-1β-treated nucleus pulposus cells",
        "is_simulated": True,
        "organism": "Homo sapiens",
        "genome": "GRCh37",
        "schedule": {"cron": "0 2 * * *", "timezone": "Asia/Shanghai"},
        "conditions": [{"id": t.condition, "label": t.label, "factors": t.factors} for t in TREATMENTS],
        "expectations": [{"target": "ACAN", "condition": "il1b", "against": "control", "direction": "down"}],
        "expression": {"methods": ["deseq2", "limma_voom"], "primary": "deseq2", "fold_change": 2.0, "fdr": 0.05},
        "qpcr": {"reference_targets": [qpcr.REFERENCE], "calibrator": "control", "method": "ddcq"},
        "statistics": {"alpha": 0.05, "posthoc": "bonferroni", "design": "auto", "primary_time_h": 72},
        "viability": {"wavelength_nm": 450, "reference": "control", "scope": "plate"},
        "cerna": {"targets": [targets.TARGETS_FILE], "fdr": 0.05},
        "enrichment": {
            "gene_sets": {gene_sets.COLLECTION: gene_sets.GENE_SETS_FILE},
            "pvalue": 0.05,
            "methods": ["ora", "gsea"],
            "lists": {"apoptosis": {"genes": gene_sets.LIST_FILE, "background": "tested"}},
        },
        "annotation": {"features": matrices.FEATURES_FILE},
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    return f"# {NOTICE}\n{text}".encode()


def samples_csv() -> bytes:
    """samples.csv: bench and sequencing cultures, each with the preparation that it was treated with."""
    rows = []
    for culture in (*BENCH, *SEQUENCING):
        day = CULTURE_DATE - timedelta(days=2) + timedelta(days=7 * (culture.experiment == "sequencing"))
        kind = culture.treatment.material
        material = f"{kind}_{culture.donor.urine_donor}" if kind else ""
        rows.append(
            (
                *(culture.sample, culture.treatment.condition, culture.donor.donor, culture.replicate),
                *(culture.experiment, f"{day:%Y-%m-%d}", "P2", material),
            )
        )
    return _sheet("sample,condition,donor,replicate,experiment,culture_date,passage,material", rows)


FILE_COLUMNS = (
    *("file", "assay", "sample", "layout", "time_h", "plate", "rna_class", "target", "membrane", "bands"),
    *("control", "marker", "panel", "run", "counted", "dilution"),
)


def _file_rows() -> list[Row]:
    plates: list[Row] = [
        {
            "file": viability.file_name(t),
            "assay": "cell_viability",
            "layout": viability.LAYOUT,
            "time_h": t,
            "plate": f"CCK8_{t:02d}h",
        }
        for t in viability.TIMES_H
    ]
    runs: list[Row] = [{"file": qpcr.file_name(d.donor), "assay": "qpcr"} for d in DONORS]
    counts: list[Row] = [
        {"file": name, "assay": "expression_counts", "rna_class": "" if library == "gene" else library}
        for library, name in matrices.FILES.items()
    ]
    assays = (senescence, western, particles, rna_quality, identity, apoptosis, markers)
    others = [row for assay in assays for row in assay.file_rows()]
    return [*plates, *runs, *counts, *others]


def files_csv() -> bytes:
    """files.csv: what the exports do not say themselves; landing/notes.txt is left out on purpose."""
    return _sheet(",".join(FILE_COLUMNS), ([row.get(column, "") for column in FILE_COLUMNS] for row in _file_rows()))


def pictures() -> list[dict[str, object]]:
    """What each picture shows: its file, and its culture or material and membrane, null where it has none."""
    shown = [row for row in _file_rows() if str(row["file"]).endswith((".png", ".tif"))]
    return [{key: row.get(key) for key in ("file", "sample", "membrane")} for row in shown]


def contrasts_csv() -> bytes:
    """contrasts.csv: all matched by donor."""
    rows = [(c.contrast, "condition", c.reference, c.target, "donor") for c in CONTRASTS]
    return _sheet("id,variable,reference,target,blocking", rows)


def comparisons_csv() -> bytes:
    """comparisons.csv: the families of group tests, the paper's three-group experiments among them."""
    three = "control;il1b;il1b_exo"
    rows = [
        ("viability_all", "cell_viability", "bench", "*", "all", ""),
        ("qpcr_all", "qpcr", "bench", "*", "all", ""),
        ("senescence_all", "senescence", "bench", "*", "all", ""),
        ("apoptosis_all", "flow_cytometry", "bench", "*", "all", ""),
        ("western_all", "western_blot", "bench", "*", "all", ""),
        (
            "exosome_rescue",
            "cell_viability;qpcr;senescence;western_blot;flow_cytometry",
            "bench",
            three,
            "control>il1b;il1b>il1b_exo",
            "",
        ),
        ("secretion_blocked_72h", "cell_viability", "bench", "il1b;il1b_usc;il1b_usc_gw4869", "all", 72),
    ]
    return _sheet("id,assays,experiment,conditions,pairs,time_h", rows)


def donors_csv() -> bytes:
    """donors.csv: nucleus pulposus donors with their MRI grade, urine donors without."""
    patients = [(d.donor, "nucleus_pulposus", d.sex, d.pfirrmann, f"SIM-CONSENT-{d.donor}") for d in DONORS]
    healthy = [(d.urine_donor, "urine", d.urine_sex, "", f"SIM-CONSENT-{d.urine_donor}") for d in DONORS]
    return _sheet("donor,kind,sex,pfirrmann,consent_ref", [*patients, *healthy])


def materials_csv() -> bytes:
    """materials.csv: a USC culture and an exosome preparation of each urine donor."""
    cells = [(f"USC_{d.urine_donor}", "usc_culture", d.urine_donor, "P3", f"SIM-{d.urine_donor}-1", "") for d in DONORS]
    exosomes = [
        (f"EXO_{d.urine_donor}", "exosome", d.urine_donor, "P3", f"SIM-{d.urine_donor}-2", "10 µg/mL") for d in DONORS
    ]
    return _sheet("material,kind,donor,passage,lot,dose", [*cells, *exosomes])


def all_manifests() -> dict[str, bytes]:
    """Every manifest by its name, with the note that says what the folder is."""
    readme = (
        f"{NOTICE}\n\n"
        "The folder has the shape of the study in BMC Musculoskelet Disord 2024, doi:10.1186/s12891-024-07636-2.\n"
        "landing/ holds CCK-8 plates, β-gal counts, western blots, flow cytometry, qPCR runs, count matrices with the\n"
        "quality of their RNA, particle tracking of the exosomes, and pictures.\n"
        "truth.json holds the values that the files were drawn from. landing/notes.txt is a note that no parser\n"
        "claims: it is stored and listed as ignored.\n"
    )
    return {
        "README.txt": readme.encode(),
        "study.yaml": study_yaml(),
        "samples.csv": samples_csv(),
        "contrasts.csv": contrasts_csv(),
        "comparisons.csv": comparisons_csv(),
        "files.csv": files_csv(),
        "donors.csv": donors_csv(),
        "materials.csv": materials_csv(),
        "landing/notes.txt": NOTE.encode(),
    }
