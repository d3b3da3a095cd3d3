"""The truth of the simulated study as rows of a warehouse: what a run without any error would give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import duckdb
import polars as pl

from tasks.simulation.design import BENCH, CONDITIONS
from tasks.simulation.matrices import features
from tasks.simulation.study import simulate
from tests.memory_warehouse import insert_row

TRUTH: dict[str, Any] = json.loads(simulate()["truth.json"])
STUDY = TRUTH["study_id"]


def insert_bench(con: duckdb.DuckDBPyConnection) -> None:
    percent = TRUTH["viability"]["percent_of_control"]
    changes = TRUTH["qpcr"]["log2_fold_change_against_control"]
    for c in BENCH:
        condition = c.treatment.condition
        insert_row(con, "core.samples", study_id=STUDY, sample_id=c.sample, condition=condition, donor_id=c.donor.donor)
        row = {"study_id": STUDY, "sample_id": c.sample}
        for time_h, value in percent[condition].items():
            insert_row(con, "result.viability", **row, time_h=float(time_h), percent_viability=value)
        for target, by_condition in changes.items():
            is_lost = TRUTH["qpcr"]["undetermined"][0]
            count = int((c.sample, target) == (is_lost["sample"], is_lost["target"]))
            fold = 2.0 ** by_condition[condition]
            insert_row(
                con, "result.qpcr_fold_changes", **row, target=target, fold_change=fold, undetermined_count=count
            )
    test: dict[str, Any] = {"study_id": STUDY, "role": "primary", "padj": 0.001, "family_size": 15}
    for a, b in combinations(CONDITIONS, 2):
        pair = {"group_a": a, "group_b": b}
        plates = {"comparison_id": "viability_all", "assay": "cell_viability", "time_h": 72.0}
        difference = percent[b]["72"] - percent[a]["72"]
        insert_row(con, "result.pairwise_tests", **test, **pair, **plates, mean_difference=difference)
        for target, by_condition in changes.items():
            run = {"comparison_id": "qpcr_all", "assay": "qpcr", "target": target}
            difference = by_condition[b] - by_condition[a]
            insert_row(con, "result.pairwise_tests", **test, **pair, **run, mean_difference=difference)


def insert_expression(con: duckdb.DuckDBPyConnection) -> None:
    symbols = dict(features().select("feature_id", "symbol").iter_rows())
    prefixes = {"gene": "SIMG", "mirna": "sim-miR", "circrna": "sim_circ"}
    for library, planted in TRUTH["expression"]["libraries"].items():
        ids = [i for i in symbols if i.startswith(prefixes[library])]
        for sample, factor in planted["size_factors"].items():
            row = {"study_id": STUDY, "library": library, "method": "deseq2", "sample_id": sample}
            insert_row(con, "result.sample_size_factors", **row, size_factor=2 * factor)
        for contrast, changes in planted["log2_fold_change"].items():
            change = [changes.get(i, 0.0) for i in ids]
            frame = pl.DataFrame(  # noqa: F841  # DuckDB reads it by name
                {
                    "study_id": STUDY,
                    "run_id": "r",
                    "contrast_id": contrast,
                    "library": library,
                    "rna_class": "other",
                    "method": "deseq2",
                    "feature_id": ids,
                    "symbol": [symbols[i] for i in ids],
                    "base_mean": 100.0,
                    "log2_fold_change": change,
                    "padj": 0.01,
                    "direction": ["up" if c > 1 else "down" if c < -1 else "ns" for c in change],
                }
            )
            con.execute("INSERT INTO result.differential_expression BY NAME FROM frame")


def insert_cerna(con: duckdb.DuckDBPyConnection) -> None:
    """The planted triplets and the nodes that they make."""
    for contrast, axes in TRUTH["cerna"]["axes"].items():
        row = {"study_id": STUDY, "contrast_id": contrast}
        degrees: dict[tuple[str, str], set[str]] = {}
        for cerna, mirna, mrna in axes:
            ids = {"cerna_id": cerna, "mirna_id": mirna, "mrna_id": mrna}
            called = {"tier": "validated", "is_consistent": True, "is_significant": True}
            insert_row(con, "result.cerna_triplets", **row, **ids, **called)
            kind = "circrna" if cerna.startswith("sim_circ") else "lncrna"
            for node, other in (((kind, cerna), mirna), (("mirna", mirna), cerna), (("mirna", mirna), mrna)):
                degrees.setdefault(node, set()).add(other)
            degrees.setdefault(("mrna", mrna), set()).add(mirna)
        ranked = sorted((kind, -len(others), node) for (kind, node), others in degrees.items())
        places: dict[str, int] = {}
        for kind, degree, node in ranked:
            place = places[kind] = places.get(kind, 0) + 1
            known = {"rna_class": kind, "degree": -degree, "hub_rank": place, "is_hub": place <= 10}
            insert_row(con, "result.cerna_nodes", **row, feature_id=node, **known)


def insert_enrichment(con: duckdb.DuckDBPyConnection) -> None:
    """The planted set of each contrast, and null sets with P-values as chance spreads them."""
    planted, null = TRUTH["enrichment"]["planted"], TRUTH["enrichment"]["null"]
    for contrast, term in planted.items():
        for gene_list in ("all", "up"):
            row = {"study_id": STUDY, "contrast_id": contrast, "gene_list": gene_list, "method": "ora"}
            row |= {"collection": TRUTH["enrichment"]["collection"]}
            insert_row(con, "result.enrichment", **row, term_id=term, pvalue=1e-9, padj=1e-7)
            for place, other in enumerate(null):
                insert_row(con, "result.enrichment", **row, term_id=other, pvalue=(place + 1) / len(null), padj=1.0)
        ranked = {**row, "gene_list": "ranking", "method": "gsea", "term_id": term}
        insert_row(con, "result.enrichment", **ranked, nes=2.5, pvalue=1e-3, padj=0.01)


def _insert_pairs(con: duckdb.DuckDBPyConnection, family: dict[str, Any], means: dict[str, float]) -> None:
    test: dict[str, Any] = {"study_id": STUDY, "role": "primary", "padj": 0.001, "family_size": 15}
    for a, b in combinations(CONDITIONS, 2):
        difference = means[b] - means[a]
        insert_row(con, "result.pairwise_tests", **test, **family, group_a=a, group_b=b, mean_difference=difference)


def insert_senescence(con: duckdb.DuckDBPyConnection) -> None:
    """Counts and percentages of every bench culture, and their pairs."""
    planted = TRUTH["senescence"]
    for c in BENCH:
        counts, percent = planted["counted"][c.sample], planted["percent_positive"][c.treatment.condition]
        row = {"study_id": STUDY, "sample_id": c.sample, "stain": planted["stain"], "percent_positive": percent}
        counted = {"positive_count": counts["positive"], "total_count": counts["total"]}
        insert_row(con, "result.percent_positive", **row, **counted)
    family = {"comparison_id": "senescence_all", "assay": "senescence", "target": planted["stain"]}
    _insert_pairs(con, family, planted["percent_positive"])


def insert_western(con: duckdb.DuckDBPyConnection) -> None:
    """Protein levels of every bench culture with their pairs, and the bands of the exosomes' markers."""
    planted = TRUTH["western"]
    for target, changes in planted["log2_change_against_control"].items():
        for c in BENCH:
            row = {"study_id": STUDY, "sample_id": c.sample, "target": target, "loading": planted["loading"]}
            insert_row(con, "result.protein", **row, log2_ratio=changes[c.treatment.condition] - 1)
        _insert_pairs(con, {"comparison_id": "western_all", "assay": "western_blot", "target": target}, changes)
        _insert_rescue(con, {"comparison_id": "western_all", "assay": "western_blot", "target": target}, changes)
    course = {"study_id": STUDY, "comparison_id": "viability_all", "method": "two_way_repeated", "role": "primary"}
    for effect in ("condition", "time", "condition:time"):
        insert_row(con, "result.time_course_tests", **course, effect=effect, n=3, pvalue=1e-6, epsilon_gg=0.3)
    markers = planted["exosome_markers"]
    for number in (1, 2, 3):
        for prefix, kind in (("EXO", "exosome"), ("USC", "usc_culture")):
            insert_row(con, "core.materials", study_id=STUDY, material_id=f"{prefix}_U{number}", kind=kind)
            for target, change in markers["log2_exosome_over_cell"].items():
                row = {"study_id": STUDY, "membrane": markers["membrane"], "material_id": f"{prefix}_U{number}"}
                signal = 2.0 ** (change * (kind == "exosome"))
                insert_row(con, "core.blot_bands", **row, target=target, signal=signal)


def _insert_rescue(con: duckdb.DuckDBPyConnection, family: dict[str, Any], changes: Mapping[str, float]) -> None:
    """What every treatment undoes of the change under IL-1β."""
    about = {"study_id": STUDY, "control": "control", "disease": "il1b", "disease_effect": changes["il1b"], **family}
    for treatment in changes.keys() - {"control", "il1b"}:
        rescue = 1 - changes[treatment] / changes["il1b"]
        ends = {"ci_low": rescue - 0.1, "ci_high": rescue + 0.1}
        insert_row(con, "result.rescue", **about, treatment=treatment, rescue=rescue, **ends)


def insert_flow(con: duckdb.DuckDBPyConnection) -> None:
    """Acquisitions of every culture, of the USC and of their controls."""
    cultures, materials = TRUTH["apoptosis"], TRUTH["markers"]
    tubes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        *((cultures, {"sample_id": sample}) for sample in cultures["cultures"]),
        *((cultures, {"control": "unstained" if n == "unstained" else "single_stain"}) for n in cultures["controls"]),
        *(
            (materials, {"material_id": material, "control": None if tube == "stained" else tube})
            for material in materials["percent_positive"]
            for tube in materials["tubes"]
        ),
    ]
    for planted, tube in tubes:
        row = {"study_id": STUDY, "panel": planted["panel"], "event_count": planted["events"]}
        insert_row(con, "core.flow_samples", **row, **tube, spillover=json.dumps(planted["spillover"]))


def insert_gated(con: duckdb.DuckDBPyConnection) -> None:
    """Quadrants of every culture with their pairs, and markers of the USC."""
    planted = TRUTH["apoptosis"]
    means = {c: values["early_apoptotic"] + values["late_apoptotic"] for c, values in
             planted["percent_of_single_cells"].items()}  # fmt: skip
    for sample, percents in planted["cultures"].items():
        row: dict[str, Any] = {"study_id": STUDY, "sample_id": sample, "singlet_count": planted["single_cells"]}
        both = percents["early_apoptotic"] + percents["late_apoptotic"]
        how = dict.fromkeys(("annexin_method", "pi_method"), "single_stain: 99.5th percentile")
        quadrants = {f"percent_{state}": value for state, value in percents.items()}
        insert_row(con, "result.apoptosis", **row, **quadrants, **how, percent_apoptotic=both)
    family = {"comparison_id": "apoptosis_all", "assay": "flow_cytometry", "measure": "percent_apoptotic"}
    _insert_pairs(con, family, means)
    for material, markers in TRUTH["markers"]["percent_positive"].items():
        for marker, percent in markers.items():
            row = {"study_id": STUDY, "material_id": material, "marker": marker, "control": "isotype"}
            ratio = 50.0 if percent > 50 else 1.0
            insert_row(con, "result.surface_markers", **row, percent_positive=percent, median_ratio=ratio)


def insert_assays(con: duckdb.DuckDBPyConnection) -> None:
    """Rows of every assay beyond plates, qPCR and sequencing."""
    insert_senescence(con)
    insert_western(con)
    insert_flow(con)
    insert_gated(con)
    study: dict[str, Any] = {"study_id": STUDY}
    for material, prepared in TRUTH["particles"]["preparations"].items():
        sizes = {name: prepared[name] for name in ("mode_nm", "mean_nm", "d50_nm", "dilution")}
        amount = {"total_concentration_per_ml": prepared["concentration_per_ml"]}
        for number in range(TRUTH["particles"]["captures"] + 1):
            row = {"capture": str(number), "is_pooled": number == 0, "material_id": material}
            insert_row(con, "core.particle_summaries", **study, **row, **sizes, **amount)
    flags = {f["sample"]: f["flag"] for f in TRUTH["rna_quality"]["flagged"]}
    for sample, values in TRUTH["rna_quality"]["samples"].items():
        for instrument in ("Qubit", "NanoDrop", "TapeStation"):
            row = {"sample_id": sample, "instrument": instrument, "role": "sample", "nucleic_acid": "RNA"}
            flag = flags.get(sample) if instrument == "NanoDrop" else None
            insert_row(con, "core.nucleic_acid_qc", **study, **row, **values, flag=flag)
    for number, picture in enumerate(TRUTH["pictures"]):
        raw = {**study, "object_id": f"picture {number}"}
        of = "sample_id" if str(picture["sample"]).startswith("NP") else "material_id"
        insert_row(con, "core.raw_objects", **raw, file_name=picture["file"], status="loaded")
        shown = {of: picture["sample"], "membrane": picture["membrane"], "thumbnail": b"png"}
        insert_row(con, "core.images", **raw, **shown)
