"""Whether the report of the simulated study says in words what its files were drawn from."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

TAGS = re.compile(r"<[^>]+>")
EXO, DISEASE = "IL-1β + exosomes", "IL-1β"


def spoken_words(page: str, section: str) -> str:
    """What stands in a section, without markup."""
    found = re.search(rf'<section id="{section}".*?</section>', page, re.DOTALL)
    assert found, section
    return " ".join(html.unescape(TAGS.sub(" ", found[0].replace("<wbr>", ""))).split())


def assert_report_recovers(page: str, truth: Mapping[str, Any]) -> None:
    """Damage and rescue of every assay in the right direction, sizes near the truth, expectation met, caveats told."""
    ids = re.findall(r'<[^>]* id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), {i for i in ids if ids.count(i) > 1}
    summary = spoken_words(page, "summary")
    planted = truth["qpcr"]["log2_fold_change_against_control"]
    for what, worse, better in (
        ("viability at 72 h", "lowered", "raised"),
        ("SA-β-gal-positive cells", "raised", "lowered"),
        ("apoptotic cells", "raised", "lowered"),
        *((f"{target} {kind}", "lowered", "raised") for target in planted for kind in ("mRNA", "protein")),
    ):
        assert f"{DISEASE} {worse} {what} " in summary, what
        assert f"{EXO} {better} {what} " in summary, what
        assert f"{EXO} {worse} {what} " not in summary, what
    for target, changes in planted.items():
        told = re.search(
            rf"{re.escape(EXO)} raised {target} mRNA to ([\d.]+) times that of {DISEASE} \(95 % CI", summary
        )
        assert told, target
        expected = 2 ** (changes["il1b_exo"] - changes["il1b"])
        assert abs(float(told[1]) / expected - 1) < 0.35, f"{target}: {told[1]}, planted {expected:.2f}"
    assert re.search(rf"{re.escape(EXO)} undid [\d.]+ % of what {DISEASE} changed against Control \(95 % CI", summary)
    assert "n = 3 donors, randomised-block ANOVA, Bonferroni)" in summary
    assert "Expected ACAN lower in IL-1β than in Control by qPCR: as expected" in summary
    assert "no effect" not in summary.lower()
    _assert_networks_told(summary, truth)
    _assert_terms_told(summary, truth)
    assert "carry the exosomes' own RNA" in spoken_words(page, "networks")
    assert "2^-ΔΔCq" in spoken_words(page, "methods")
    assert truth["ignored"][0] in spoken_words(page, "problems")


def _assert_networks_told(summary: str, truth: Mapping[str, Any]) -> None:
    """The axes that are named go over planted miRNAs and move as planted: both ends one way, the miRNA the other."""
    told = re.findall(
        r"(?:circ|lnc)RNA \S+ \((\w+)\) – (\S+) \((\w+)\) – \S+ \((\w+)\) \[validated targets, p [<=]", summary
    )
    assert len(told) >= 2 * len(truth["cerna"]["axes"])
    planted = {mirna for axes in truth["cerna"]["axes"].values() for _, mirna, _ in axes}
    for cerna, name, mirna, mrna in told:
        assert name in planted
        assert (cerna, mirna, mrna) in {("up", "down", "up"), ("down", "up", "down")}, name


def _assert_terms_told(summary: str, truth: Mapping[str, Any]) -> None:
    """The planted set of each contrast comes first of its raised genes, and is told of GSEA."""
    for contrast in truth["enrichment"]["planted"]:
        assert f"The raised genes are rich in “simulated: raised in {contrast}” (" in summary, contrast
        assert re.search(rf"GSEA of all ranked genes, higher: [^;]*“simulated: raised in {contrast}” \(NES", summary)
