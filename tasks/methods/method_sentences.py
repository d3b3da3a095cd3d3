"""The methods of a study in sentences, from the runs that were really made. Pure.

``[@key]`` in a sentence cites a paper of ``method_citations``; what was not run is not told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.bench_families import labels
from tasks.methods.contrast_figures import METHOD_NAMES
from tasks.methods.report_words import assay_title, method, number, several

CITED = {
    "deseq2": " [@deseq2]",
    "limma_voom": " [@limma] [@voom] with TMM [@tmm]",
    "limma_trend": " [@limma] with TMM [@tmm]",
}
Parameters = Mapping[str, Any]


def parameters_by_analysis(runs: pl.DataFrame) -> dict[str, list[Parameters]]:
    """Parameters of the last done attempt of every part, by analysis."""
    last = runs.sort("finished_at").group_by("analysis", "part", maintain_order=True).last()
    found: dict[str, list[Parameters]] = {}
    for name, text in last.filter(status="done").sort("analysis", "part").select("analysis", "parameters").iter_rows():
        found.setdefault(name, []).append(json.loads(text))
    return found


def bench_sentences(
    study: StudyYaml, done: Mapping[str, Sequence[Parameters]], tests: pl.DataFrame, pairs: pl.DataFrame
) -> Iterator[str]:
    """How bench readings became values, and how groups were compared."""
    known = labels(study)
    for given in done.get("viability", [])[:1]:
        reference = known.get(given["reference"], given["reference"])
        yield (
            f"Viability was read as optical density at {given['wavelength_nm']:g} nm; the mean of the blanks was "
            f"subtracted plate by plate, and percentages are of {reference} on the same {given['scope']}."
        )
    for given in done.get("qpcr_fold_changes", [])[:1]:
        calibrator = known.get(given["calibrator"], given["calibrator"])
        genes = several([str(g) for g in given["references"]])
        how = "2^-ΔΔCq [@ddcq]" if given["method"] == "ddcq" else "efficiency-corrected ratios [@pfaffl]"
        yield (
            f"Relative expression by qPCR was computed by {how} against {genes}, calibrated to {calibrator}; "
            "tests ran on −ΔCq. Undetermined wells were left out and never set to a number."
        )
    if done.get("qpcr_reference_stability"):
        yield "The stability of reference genes was judged by geNorm's M [@genorm]."
    if done.get("protein"):
        yield "Densities of blots were divided by the loading control of the same membrane and tested as log2 ratios."
    if done.get("percent_positive"):
        yield "Stained cells were summed over the fields of a culture; a culture gave one percentage."
    if done.get("apoptosis"):
        yield "Apoptotic cells are annexin V-positive singlets, early (PI-negative) and late (PI-positive) together."
    yield from _group_tests(study, tests, pairs)


def _group_tests(study: StudyYaml, tests: pl.DataFrame, pairs: pl.DataFrame) -> Iterator[str]:
    primary = tests.filter(role="primary")
    if not primary.height:
        return
    by_method: dict[str, set[str]] = {}
    for name, assay in primary.select("method", "assay").unique().iter_rows():
        by_method.setdefault(name, set()).add(assay)
    told = [f"{method(m)} ({', '.join(sorted(map(assay_title, a)))})" for m, a in sorted(by_method.items())]
    yield f"Groups were compared by {several(told)}."
    if any("block" in name or name == "paired_t" for name in by_method):
        yield "Where every donor occurs in every group, the donor is held constant as a block."
    corrections = pairs.filter(role="primary")["correction"].unique().sort().to_list()
    if named := [method(c) for c in corrections if c != "none"]:
        yield (
            f"Pairs were corrected by {several(named)} within a family (one comparison, quantity and time), their "
            "confidence intervals alike."
        )
    yield (
        "Values are those of biological units: repeats within a culture were averaged, and wells never count as n. "
        f"P < {study.statistics.alpha:g} was taken as significant."
    )
    if "as_published" in set(tests["role"]):
        yield (
            "Tests as the field publishes them (without blocks, or on raw values where logarithms are tested) stand "
            "beside; they decide nothing."
        )
    if study.statistics.primary_time_h is not None:
        yield f"{study.statistics.primary_time_h:g} h was the confirmatory time; other times are exploratory."


def sequencing_sentences(
    study: StudyYaml, done: Mapping[str, Sequence[Parameters]], methods: Sequence[str]
) -> Iterator[str]:
    """How counts became changes, networks and terms; ``methods``: those with results."""
    fits = done.get("differential_expression", [])
    if fits and methods:
        yield from _differential_expression(study, fits, methods)
    if done.get("cerna_pairs"):
        yield (
            "Pairs of competing RNAs that share more miRNAs than chance were found by a hypergeometric test [@gdc] "
            "over the expressed miRNAs of the target tables, corrected over all candidate pairs "
            f"(FDR < {study.cerna.fdr:g} [@bh])."
        )
    if done.get("cerna_triplets"):
        yield (
            "Triplets of competing RNA, miRNA and mRNA were tested by the largest of the three one-sided p-values, "
            "doubled for the two patterns. Hubs were ranked by degree; MCC [@mcc] stands beside."
        )
    if done.get("enrichment"):
        few, many = study.enrichment.limits
        names = {
            "ora": "a hypergeometric test",
            "ease": "the EASE score [@ease]",
            "gsea": "gene set enrichment analysis",
        }
        how = several([names[m] for m in study.enrichment.methods])
        sets = several(sorted(study.enrichment.gene_sets)) or "the study's gene sets"
        yield (
            f"Enrichment in {sets} ({few} to {many:,} genes) was tested by {how}; nominal "
            f"P < {study.enrichment.pvalue:g}, with the FDR [@bh] beside."
        )


def _differential_expression(study: StudyYaml, fits: Sequence[Parameters], methods: Sequence[str]) -> Iterator[str]:
    options = study.expression
    designs = several(sorted({str(fit["fit"]) for fit in fits if fit.get("fit")}))
    libraries = several(sorted({str(fit["library"]) for fit in fits if fit.get("library")}))
    order = sorted(set(methods), key=lambda m: (m != options.primary, m))
    primary, *others = [f"{METHOD_NAMES.get(m, m)}{CITED.get(m, '')}" for m in order]
    beside = f"; {several(others)} stands beside as agreement" if others else ""
    kind = "tested against" if options.threshold == "test" else "filtered by"
    yield (
        f"Counts of each library ({libraries}) were fitted apart, all their features together, by {primary} "
        f"(design {designs}){beside}. Changes are {kind} a fold change of {number(options.fold_change)} at "
        f"FDR < {options.fdr:g} [@bh]. "
        "The methods are benchlake's own implementations, which its tests compare with R's."
    )
    if options.shrinkage == "apeglm":
        yield "Fold changes were also shrunken by apeglm [@apeglm]."


def software(runs: pl.DataFrame, version: str) -> str:
    """Program and libraries with the versions that the runs recorded."""
    found: dict[str, set[str]] = {}
    for text in runs.filter(status="done")["versions"].unique():
        for name, release in json.loads(text).items():
            found.setdefault(name, set()).add(str(release))
    cited = {"scipy": " [@scipy]"}
    listed = [f"{name} {' / '.join(sorted(found[name]))}{cited.get(name, '')}" for name in sorted(found)]
    return f"Computed with benchlake {version}" + (f" ({', '.join(listed)})." if listed else ".")
