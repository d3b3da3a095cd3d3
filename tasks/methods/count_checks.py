"""What a count matrix must hold before differential expression may use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import BadInputError, Problem, Severity, bad_input
from tasks.contracts import RawFile
from tasks.methods.excel_damage import excel_damaged
from tasks.methods.problem_lists import shown

_SHOWN = 5
_FEW = 20  # values needed to judge the scale of a table
_WHOLE_SHARE = 0.02  # quantifiers give whole numbers to all features without shared reads
_HALF = 0.5
_MILLION = 1e6
_LARGEST_LOG2 = 25.0  # log2 of 33 million reads of one feature
_RAW_COUNTS = (
    "Give the raw counts: featureCounts, HTSeq or STAR output, or the estimated counts of salmon, kallisto or RSEM "
    "(not TPM, FPKM, normalised or logarithmic values)."
)
_CORRECT = "Correct the cell in the table it was exported from; a feature without reads has the count 0."


def refuse_bad_ids(raw: RawFile, ids: pl.Series, samples: Sequence[str], row_place: Callable[[int], str]) -> None:
    """Raise ``BadInputError`` for a table without rows, empty or repeated ids, unnamed or repeated samples."""
    if not len(ids):
        raise bad_input(raw.name, "", "no_rows", "the file has a header and no counts", "Export or copy it again.")
    problems = []
    if empty := (ids == "").arg_true().to_list():
        message = f"{len(empty)} rows have no feature id" if len(empty) > 1 else "the row has no feature id"
        problems.append(_problem(raw, row_place(empty[0]), "", "empty_id", message, "Name every row's gene."))
    if not ids.is_unique().all():
        repeated = ids.filter(ids.is_duplicated() & (ids != "")).unique(maintain_order=True).to_list()
        dates = {name for _, name in excel_damaged(ids.to_list())}
        if merged := [name for name in repeated if name in dates]:
            problems.append(_merged_dates(raw, ids, merged, row_place))
        repeated = [name for name in repeated if name not in dates]
        named = [f"{name} ({', '.join(map(row_place, _rows_of(ids, name)))})" for name in repeated[:_SHOWN]]
        if named:
            remedy = "Sum or drop the repeats, or use ids that are unique (Ensembl instead of symbols)."
            message = f"the feature ids are not unique: {_listed(named, len(repeated))}"
            problems.append(_problem(raw, "", repeated[0], "duplicate_id", message, remedy))
    if twice := [name for name, n in Counter(samples).items() if n > 1 and name]:
        message = f"two columns have the same sample name: {_listed(twice[:_SHOWN], len(twice))}"
        problems.append(_problem(raw, "header", twice[0], "duplicate_sample", message, "Rename or remove one of them."))
    if unnamed := [i + 1 for i, name in enumerate(samples) if not name]:
        message = f"count column {unnamed[0]} has no sample name"
        problems.append(
            _problem(raw, "header", "", "unnamed_sample", message, "Write the sample's name into the header.")
        )
    if problems:
        raise BadInputError(*problems)


def _merged_dates(raw: RawFile, ids: pl.Series, merged: Sequence[str], row_place: Callable[[int], str]) -> Problem:
    """Different genes that a spreadsheet made the same date: they must not be added up."""
    named = [f"{name} ({', '.join(map(row_place, _rows_of(ids, name)))})" for name in merged[:_SHOWN]]
    return _problem(
        raw,
        row_place(_rows_of(ids, merged[0])[0]),
        merged[0],
        "excel_gene_name",
        f"a spreadsheet turned the names of different genes into the same date: {_listed(named, len(merged))}",
        "Do not sum or drop them: MARCH1 and MARC1 both become 1-Mar. Export the table again without opening it in a "
        "spreadsheet, or with Ensembl ids.",
    )


def refuse_bad_counts(
    raw: RawFile,
    ids: pl.Series,
    samples: Sequence[str],
    values: npt.NDArray[np.float64],
    place: Callable[[int, int], str],
    *,
    is_estimated: bool,
) -> None:
    """Raise ``BadInputError`` for NaN, infinite or negative cells and for values that are no counts."""
    if values.min() >= 0 and values.max() < np.inf and (values == np.floor(values)).all() and not _is_rounded(values):
        return  # the usual file, in few passes over millions of cells
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(values) | (values < 0)
    if reason := not_counts(np.where(np.isfinite(values), values, 0.0), is_estimated=is_estimated):
        raise bad_input(raw.name, "", "not_counts", f"these are not counts: {reason}", _RAW_COUNTS)
    if bad.any():
        rows, columns = np.nonzero(bad)
        raise BadInputError(
            *(
                _problem(
                    raw,
                    place(row, column),
                    f"{values[row, column]:g}",
                    "negative_count" if values[row, column] < 0 else "count_not_a_number",
                    f"the count of {shown(ids[row])} in {shown(samples[column])} is {values[row, column]:g}, "
                    "expected 0 or more" + (f" (one of {len(rows)} such places)" if len(rows) > 1 else ""),
                    _CORRECT,
                )
                for row, column in zip(rows[:_SHOWN].tolist(), columns[:_SHOWN].tolist(), strict=True)
            ),
            *([] if is_estimated else fraction_warning(raw, ids, samples, np.where(bad, 0.0, values), place)),
        )


def not_counts(values: npt.NDArray[np.float64], *, is_estimated: bool = False) -> str | None:
    """Why features × samples cannot be counts; null when they may be.

    Estimated counts have fractions, but a feature that shares no reads keeps a whole number; TPM,
    FPKM and normalised values hardly ever do. Samples that all add up to a million are TPM or CPM,
    rounded ones too; whole numbers that add up to it exactly are reads drawn at random.
    """
    fractional = values != np.floor(values)
    if not fractional.any():
        return "every sample adds up to about one million (rounded TPM or CPM)" if _is_rounded(values) else None
    used = values != 0
    total = int(used.sum())
    whole = 1 - fractional.sum() / total
    sums = values.sum(axis=0)
    if total >= _FEW and np.allclose(sums, _MILLION, rtol=1e-3):
        return "every sample adds up to one million (TPM or CPM)"
    if total < _FEW:
        return None
    if (values < 0).any() and whole < _HALF:
        return "there are negative values with decimals (logarithms or centred values)"
    if values.max() <= 1 and not (values < 0).any():
        return "no value is above 1 (ratios or probabilities, such as CIRIquant's junction ratios)"
    if values.max() <= _LARGEST_LOG2 and whole < _HALF and not is_estimated:
        return f"most values have decimals and none is above {values.max():.3g} (logarithms)"
    if whole < _WHOLE_SHARE and not is_estimated:
        return f"only {whole:.1%} of the values are whole numbers (FPKM or normalised values)"
    return None


def _is_rounded(values: npt.NDArray[np.float64]) -> bool:
    """Whether whole numbers of two or more samples add up to nearly a million in each: no library is so even."""
    sums = values.sum(axis=0)
    is_near = np.allclose(sums, _MILLION, rtol=1e-3)
    return len(sums) > 1 and values.shape[0] >= _FEW and is_near and bool((sums != _MILLION).any())


def fraction_warning(
    raw: RawFile,
    ids: pl.Series,
    samples: Sequence[str],
    values: npt.NDArray[np.float64],
    place: Callable[[int, int], str],
) -> list[Problem]:
    """One warning with the first fractional count."""
    fractional = values != np.floor(values)
    if not fractional.any():
        return []
    row, column = divmod(int(fractional.argmax()), values.shape[1])
    return [
        Problem(
            Severity.WARNING,
            raw.name,
            place(row, column),
            f"{values[row, column]:g}",
            "fractional_counts",
            f"{fractional.mean():.1%} of the counts have decimals, first {shown(ids[row])} in {shown(samples[column])}",
            "Expected from salmon, kallisto or RSEM; from any other tool look for its raw counts.",
        )
    ]


def silent_samples(raw: RawFile, samples: Sequence[str], values: npt.NDArray[np.float64]) -> list[Problem]:
    """One warning with the samples that have no reads in any feature."""
    silent = [name for name, is_seen in zip(samples, (values != 0).any(axis=0).tolist(), strict=True) if not is_seen]
    if not silent:
        return []
    verb = "has" if len(silent) == 1 else "have"
    message = f"{_listed([shown(name) for name in silent[:_SHOWN]], len(silent))} {verb} no reads in any feature"
    remedy = "Check that sample's alignment, or name it in exclusions.csv: a fit with it is skipped."
    return [Problem(Severity.WARNING, raw.name, "", silent[0], "sample_without_reads", message, remedy)]


def excel_warnings(
    raw: RawFile, ids: pl.Series, symbol: pl.Series | None, row_place: Callable[[int], str]
) -> Iterable[Problem]:
    """One warning for gene names that a spreadsheet changed, with their lines."""
    damaged = excel_damaged(ids.to_list()) or (excel_damaged(symbol.to_list()) if symbol is not None else [])
    if damaged:
        named = [f"{name} ({row_place(row)})" for row, name in damaged[:_SHOWN]]
        yield Problem(
            Severity.WARNING,
            raw.name,
            row_place(damaged[0][0]),
            damaged[0][1],
            "excel_gene_name",
            f"a spreadsheet turned gene names into dates or numbers: {_listed(named, len(damaged))}",
            "Export the table again without opening it in a spreadsheet; the names cannot be recovered for certain.",
        )


def _rows_of(ids: pl.Series, name: str) -> list[int]:
    return (ids == name).arg_true().to_list()[:_SHOWN]


def _listed(named: Sequence[str], total: int) -> str:
    return ", ".join(named) + (f" and {total - len(named)} more" if total > len(named) else "")


def _problem(raw: RawFile, place: str, value: str, rule: str, message: str, remedy: str) -> Problem:
    return Problem(Severity.LOCAL, raw.name, place, value, rule, message, remedy)
