"""A notebook on the published snapshot: bench statistics, differential expression and ceRNA hubs of a study.

``marimo edit docs/notebooks/snapshot.py -- --home my-study/.benchlake`` opens it, ``marimo run`` without its code.
"""

import marimo

app = marimo.App(width="medium", app_title="benchlake")


@app.cell
def imports():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo
    import matplotlib.pyplot as plt
    import polars as pl

    return Path, duckdb, mo, os, pl, plt


@app.cell
def snapshot(Path, duckdb, mo, os):
    home = mo.cli_args().get("home") or os.environ.get("BENCHLAKE_HOME") or ".benchlake"
    connection = duckdb.connect(Path(str(home)) / "published.duckdb", read_only=True)  # nothing here can change it

    def ask(sql, *values):
        return connection.execute(sql, values).pl()

    studies = ask("SELECT study_id, title FROM core.studies ORDER BY study_id")
    mo.stop(studies.is_empty(), mo.md(f"No study is published in `{home}` yet: run `benchlake run my-study`."))
    return ask, studies


@app.cell
def pick_study(mo, studies):
    study = mo.ui.dropdown(studies["study_id"].to_list(), value=studies["study_id"][0], label="Study")
    study
    return (study,)


@app.cell
def viability(ask, mo, plt, study):
    courses = ask(
        "SELECT experiment, label, time_h, n, n_unit, mean_percent_viability, sd_percent_viability "
        "FROM mart.viability_by_time WHERE study_id = ? ORDER BY experiment, label, time_h",
        study.value,
    )
    _experiments = courses["experiment"].unique(maintain_order=True)  # each has cultures and plates of its own
    _figure, panels = plt.subplots(
        1, max(len(_experiments), 1), figsize=(6 * max(len(_experiments), 1), 3.5), squeeze=False, layout="constrained"
    )
    for _axes, _experiment in zip(panels.flat, _experiments, strict=False):
        for (_label,), _rows in courses.filter(experiment=_experiment).group_by("label", maintain_order=True):
            _axes.errorbar(
                _rows["time_h"], _rows["mean_percent_viability"], _rows["sd_percent_viability"], capsize=3, label=_label
            )
        _axes.set(title=_experiment, xlabel="hours", ylabel="viability (%), mean ± SD")
        _axes.legend()
    mo.vstack([mo.md("## Viability"), _figure, courses])
    return courses, panels


@app.cell
def comparisons(ask, mo, study):
    bench = ask(
        "SELECT comparison_id, experiment, assay, measure, target, time_h, label_a, label_b, effect, p_printed, stars, "
        "time_role, sentence FROM mart.bench_results WHERE study_id = ? "
        "ORDER BY comparison_id, experiment, assay, measure, target, time_h, padj",
        study.value,
    )
    mo.vstack([mo.md("## Pairwise tests at the bench (the primary ones)"), bench])
    return (bench,)


@app.cell
def pick_contrast(ask, mo, study):
    contrasts = ask(
        "SELECT DISTINCT contrast_id FROM result.differential_expression WHERE study_id = ? ORDER BY contrast_id",
        study.value,
    )["contrast_id"].to_list()
    mo.stop(not contrasts, mo.md("This study has no transcriptome."))
    contrast = mo.ui.dropdown(contrasts, value=contrasts[0], label="Contrast")
    contrast
    return (contrast,)


@app.cell
def expression(ask, contrast, mo, pl, plt, study):
    tests = ask(
        "SELECT rna_class, symbol, feature_id, base_mean, log2_fold_change, pvalue, padj, direction "
        "FROM result.differential_expression "
        "INNER JOIN core.studies USING (study_id) "
        "WHERE study_id = ? AND contrast_id = ? AND method = json_extract_string(manifest, '$.expression.primary') "
        "ORDER BY pvalue NULLS LAST, feature_id",
        study.value,
        contrast.value,
    )
    _shown = tests.drop_nulls("padj")
    _figure, _axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for _direction, _colour in (("ns", "#BBBBBB"), ("down", "#0072B2"), ("up", "#D55E00")):
        _rows = _shown.filter(direction=_direction)
        _axes.scatter(_rows["log2_fold_change"], -_rows["padj"].clip(1e-300).log10(), s=6, c=_colour, label=_direction)
    _axes.set(xlabel="log₂ fold change", ylabel="−log₁₀ FDR", title=contrast.value)
    _axes.legend()
    changed = tests.filter(pl.col("direction") != "ns")
    mo.vstack([mo.md(f"## Expression: {changed.height} of {tests.height} features changed"), _figure, changed])
    return changed, tests


@app.cell
def network(ask, contrast, mo, study):
    hubs = ask(
        "SELECT rna_class, hub_rank, symbol, direction, degree, tier, triplet_count, significant_triplet_count, mirnas "
        "FROM mart.cerna_hubs WHERE study_id = ? AND contrast_id = ? ORDER BY rna_class, hub_rank",
        study.value,
        contrast.value,
    )
    mo.vstack([mo.md("## Hubs of the ceRNA network"), hubs])
    return (hubs,)


if __name__ == "__main__":
    app.run()
