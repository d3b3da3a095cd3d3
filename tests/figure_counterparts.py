"""What the model study shows in its figures, and which pictures of the simulated study show the same.

The model study: BMC Musculoskelet Disord 2024, doi:10.1186/s12891-024-07636-2.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

SUFFIXES = (".svg", ".png", ".csv")
DONORS = ("NP1", "NP2", "NP3")
URINE = ("U1", "U2", "U3")
CONTRASTS = ("usc_vs_il1b", "exo_vs_il1b")
LIBRARIES = ("gene", "mirna", "circrna")

COUNTERPARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "differentiated urine stem cells, stained": (("pictures", "USC_U1"),),
    "surface markers of urine stem cells by flow cytometry": tuple(
        ("marker_histograms", f"USC_{u}/usc_markers") for u in URINE
    ),
    "exosomes under the electron microscope": (("pictures", "EXO_U1"),),
    "sizes of the exosomes by particle tracking": tuple(
        ("particle_distributions", f"EXO_{u}, landing/nta/EXO_{u}-ExperimentSummary.csv") for u in URINE
    ),
    "CD9, CD63 and TSG101 of the exosomes by western blot": (("blots", "WB_EXO"),),
    "viability over time": (("time_courses", "viability_all, cell_viability, bench"),),
    "viability at 72 h": (
        ("group_values", "viability_all, cell_viability, bench"),
        ("group_values", "secretion_blocked_72h, cell_viability, bench"),
    ),
    "senescent cells, stained and counted": (
        ("pictures", "SA-β-gal"),
        ("group_values", "senescence_all, senescence, bench"),
    ),
    "apoptosis: dot plots and percentages": (
        ("apoptosis_gates", "AXPI/annexin_pi, FITC-A and PI-A"),
        ("group_values", "apoptosis_all, flow_cytometry, bench"),
    ),
    "SOX9, collagen II and aggrecan by western blot": (
        *(("blots", f"WB_{d}") for d in DONORS),
        ("group_values", "western_all, western_blot, bench"),
    ),
    "SOX9, COL2A1 and ACAN by RT-qPCR": (
        ("group_values", "qpcr_all, qpcr, bench"),
        ("reference_genes", "bench"),
    ),
    "changed RNAs of each contrast": tuple(
        ("volcano", f"{contrast}, {library}, deseq2") for contrast in CONTRASTS for library in LIBRARIES
    ),
    "RNAs changed in both contrasts": tuple(("shared_features", library) for library in LIBRARIES),
    "ceRNA networks with their hubs": tuple(("cerna_network", contrast) for contrast in CONTRASTS),
    "terms of the changed genes and of the mRNAs of the networks": tuple(
        ("enrichment_bubbles", f"{contrast}, {genes}, SIMULATED, ora")
        for contrast in CONTRASTS
        for genes in ("all", "cerna_mrnas, high_throughput")
    ),
}
PLATES = ("00h", "24h", "48h", "72h")


def assert_figures_have_counterparts(snapshot: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Every picture that the model study shows is drawn from the simulated one, with its words and its files."""
    rows = snapshot.execute("SELECT figure, part, stem, caption, alt, title FROM result.figures").fetchall()
    drawn = {(figure, part): (stem, caption, alt) for figure, part, stem, caption, alt, _ in rows}
    assert not [(figure, part) for figure, part, _, caption, alt, _ in rows if not (caption.strip() and alt.strip())]
    of_title: dict[str, list[str]] = {}
    for *_, stem, _, _, title in rows:
        of_title.setdefault(title, []).append(stem)
    assert not {title: stems for title, stems in of_title.items() if len(stems) > 1}
    for what, pictures in COUNTERPARTS.items():
        missing = [picture for picture in pictures if picture not in drawn]
        assert not missing, (what, missing, sorted(p for f, p in drawn if f in {m[0] for m in missing}))
        for picture in pictures:
            stem, caption, alt = drawn[picture]
            assert caption, picture
            assert alt, picture
            assert all((folder / f"{stem}{suffix}").stat().st_size for suffix in SUFFIXES), picture
    plates = sorted(part for figure, part in drawn if figure == "plate_maps")
    assert [any(f"CCK8_{time}" in part for part in plates) for time in PLATES] == [True] * len(PLATES), plates
