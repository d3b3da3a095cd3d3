"""Why a value is missing, in words: the codes of ``na_reason`` as people read them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tasks.methods.null_reasons import MEASURED
from tasks.methods.report_words import capital, spoken

REASONS: Mapping[str, str] = {code: why for code, (why, _) in MEASURED.items()} | {
    "missing_group": "one of the groups has no value",
    "n_below_2": "a group has fewer than two biological units, which show no spread",
    "n_below_3": "fewer than three values, too few for the check",
    "no_residual_df": "as many means are estimated as there are values: nothing is left to estimate the spread from",
    "no_variance": "all values are equal, so that there is no spread to test against",
    "zero_within_group_variance": "the values within each group are equal, so that there is no spread to test against",
    "other_values_equal": "the values without this one are equal: how far it lies apart cannot be measured",
    "aliased_with_block": "the groups share no plate, membrane or donor, so that both effects cannot be told apart",
    "fewer_than_two_groups": "fewer than two groups have values",
    "fewer_than_two_times": "fewer than two times have values",
    "no_disease_effect": "the CI of the disease's own effect includes 0, so that there is nothing to undo",
    "excluded": "exclusions.csv leaves out all of the group's values",
    "all_excluded": "exclusions.csv leaves out all of its wells",
    "not_measured": "nothing was measured",
    "too_few_samples": "too few samples for this number to mean anything",
    "too_few_features": "too few genes or other features",
    "one_reference_gene": "stability is a comparison of reference genes, and only one was measured",
    "no_quantity": "the wells name no amount of the dilution series",
    "too_few_levels": "the dilution series has fewer than three levels",
    "not_falling": "Cq does not fall with the amount",
    "no_layout": "the plate has no layout",
    "no_blanks": "the plate has no blanks",
    "no_replicates": "no sample has two wells or more",
    "no_controls": "the plate has no controls",
    "edge_confounded": "no sample has wells both at the edge and inside: an edge effect cannot be told",
    "no_concentration": "no concentration was measured",
    "no_separation": "positive and negative cells are not apart",
    "all_zero": "no sample has a read of it",
    "outlier": "one sample has an extreme count (Cook's distance)",
    "low_count": "too few reads for the independent filter (no adjusted p-value)",
    "no_reads": "the sample has no reads",
    "not_in_fit": "the sample is in no fit",
    "single_sample": "there is one sample alone",
    "only_one_of_group": "the sample is the only one of its group",
    "no_other_group": "there is no other group",
    "no_sex_genes": "neither XIST nor a gene of the Y chromosome was counted",
    "few_donors": "the fit has fewer than three donors",
    "one_condition": "the fit has one condition alone",
    "donor_alone": "the donor has no sample in another condition",
    "whole_factor": "the contrast tests a factor of several levels, which has no single effect",
    "beyond_largest_fold_change": "no fold change of the range that was tried is found with the power asked for",
    "no_host_named": "the annotation names no host gene",
    "host_not_counted": "the host gene was not counted",
    "not_tested": "it was not tested",
    "no_expression": "no expression was measured",
    "constant_expression": "the expression does not vary",
    "too_many_mirnas": "more miRNAs are shared than there are samples to correct for them",
    "not_in_study": "the study counted no such name",
    "not_in_background": "it is not in the background of the test",
    "other_species": "the name is of another species",
    "ambiguous_arm": "5p or 3p is not said",
    "ambiguous_name": "several features have the name",
    "ambiguous_alias": "several had the name once",
    "unknown_accession": "miRBase's accession is not known",
    "no_permutation_of_this_sign": "no permutation gave a score of this sign",
}


def reason_words(code: str) -> str:
    """One code in words; a list of codes (``;`` between) in as many clauses; what is no known code as it stands."""
    named, _, detail = code.partition(": ")
    if detail and named == "missing_cell":
        return f"no value of {detail}"
    return "; ".join(REASONS.get(part, spoken(part)) for part in code.split(";"))


def legend(codes: Iterable[str | None]) -> str:
    """What the codes of a column mean, each once: ``No disease effect: the disease's own effect …``; empty for none."""
    parts = dict.fromkeys(part for code in codes if code for part in code.split(";") if part in REASONS)
    return " ".join(f"{capital(spoken(part))}: {REASONS[part]}." for part in sorted(parts))
