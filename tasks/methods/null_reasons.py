"""One warning for the values that a result table lacks for a reason that nothing else says."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from schemas.errors import Problem, Severity

_NAMED = 5
# told under another name, or when the file was read
_TOLD_AS = {
    "no_loading_on_membrane": "cross_membrane_loading",
    "no_reference_target": "reference_target_not_measured",
}
_TOLD_WHEN_READ = frozenset({"blank_not_blank"})
# what it is about, and the remedy; other codes say themselves what is wrong
MEASURED: Mapping[str, tuple[str, str]] = {
    "undetermined": ("no well amplified", "Nothing is to be done if the gene is not expressed there."),
    "reference_undetermined": ("no well of the reference gene amplified", "Measure them again, or exclude them."),
    "no_reference_target": (
        "a reference gene was not measured in it",
        "Name a gene that was measured there as qpcr.reference_targets in study.yaml, or measure it there.",
    ),
    "reference_on_other_plate": (
        "the reference gene was measured on another plate without an inter-run calibrator",
        "Write the same `plate` in files.csv if the files are of one plate; else measure it on the same plate.",
    ),
    "saturated": ("the band is saturated", "Expose the membrane for a shorter time."),
    "loading_saturated": ("the loading control's band is saturated", "Expose the membrane for a shorter time."),
    "no_signal": ("the band is no stronger than its background", "Nothing is to be done if the protein is not there."),
    "no_loading_signal": ("the loading control is no stronger than its background", "Check the lane's loading."),
    "not_positive": ("the value is zero or negative, which has no logarithm", "Check the file it was read from."),
    "no_cells": ("no cell was counted", "Count more fields, or exclude them."),
    "fields_do_not_match": (
        "positive cells were counted in more or fewer fields than all cells",
        "Count both in the same fields; a share of other fields' cells would be wrong.",
    ),
    "no_calibrator": (
        "no culture of the calibrator condition has one",
        "Name a condition that was measured as qpcr.calibrator in study.yaml.",
    ),
    "no_efficiency": (
        "no standard curve gives its efficiency or that of a reference gene",
        "Measure a dilution series of 3 or more levels, or write `method: ddcq` under qpcr in study.yaml.",
    ),
    "no_loading_on_membrane": (
        "its membrane has no loading control",
        "Name the control in the columns target and target_role of files.csv, and its files' one `membrane`.",
    ),
    "dilution_missing": (
        "the dilution is not recorded",
        "Write its factor into a column `dilution` of files.csv (1 where nothing was diluted).",
    ),
    "dilution_disagrees": (
        "files.csv and the file say different dilutions",
        "Correct the column `dilution` of files.csv, or leave it empty where the file is right.",
    ),
    "dilution_twice": ("the dilution was applied twice", "Export again with the dilution applied once."),
    "dilution_not_applied": ("the dilution was not applied", "Export again with the dilution applied."),
    "no_total_count": ("all cells were not counted", "Add the file that counts all cells, of the same fields."),
    "no_positive_count": ("positive cells were not counted", "Add the file that counts them, of the same fields."),
    "positive_exceeds_total": (
        "more positive cells than cells were counted",
        "Correct `counted` and `marker` in files.csv, or count again.",
    ),
    "few_cells": ("too few cells were counted", "Count more fields, or exclude them."),
    "too_few_events": ("too few cells were acquired", "Acquire more, or exclude them."),
    "no_events": ("no cell is left in the gate", "Acquire more, or correct the gates of flow.gating."),
    "empty_parent": ("no cell is left in the parent gate", "Acquire more, or correct the gates of flow.gating."),
    "no_blank_on_plate": ("the plate has no blank", "Write `blank` into its wells of the layout."),
    "reference_not_above_blank": (
        "the reference condition is not above the blank",
        "Check the blanks in the layout, and viability.reference in study.yaml.",
    ),
    "too_many_wells_lost": ("too few of its wells could be used", "Measure it again, or exclude it."),
    "empty_capture": ("the capture holds no particle", "Measure it again, or exclude it."),
}


def null_warnings(rows: pl.DataFrame, *, what: str, told: Collection[str] = ()) -> list[Problem]:
    """One warning per reason (``na_reason``) for the values that are null, most frequent reason first.

    ``rows``: of a table with ``sample_id`` and perhaps ``target``, ``measure``, ``is_excluded``. ``what`` names
    the part; ``told`` are rules of problems already raised for it. Cultures that exclusions.csv leaves
    out are not told.
    """
    if not {"na_reason", "sample_id"} <= set(rows.columns):
        return []
    lost = rows.filter(pl.col("na_reason").is_not_null())
    if "is_excluded" in rows.columns:
        lost = lost.filter(~pl.col("is_excluded"))
    found = []
    for (reason,), group in sorted(lost.group_by("na_reason"), key=lambda item: (-item[1].height, str(item[0][0]))):
        rule = str(reason)
        if rule in _TOLD_WHEN_READ or rule in told or _TOLD_AS.get(rule) in told:
            continue
        names = _names(group)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        why, remedy = MEASURED.get(rule, (rule.replace("_", " "), "Look at their rows in the file, or exclude them."))
        has = "have" if len(names) > 1 else "has"
        message = f"{', '.join(names[:_NAMED])}{more} {has} no value: {why}"
        found.append(Problem(Severity.WARNING, "samples.csv", what, names[0], rule, message, remedy))
    return found


def _names(lost: pl.DataFrame) -> list[str]:
    """Cultures, with the gene, protein or measure where the table has several."""
    told = [c for c in ("target", "measure") if c in lost.columns]
    labels = (" ".join(dict.fromkeys(str(v) for v in row if v)) for row in lost.select("sample_id", *told).iter_rows())
    return sorted(dict.fromkeys(labels))
