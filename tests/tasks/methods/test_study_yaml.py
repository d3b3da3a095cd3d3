from __future__ import annotations

import pytest

from schemas.bench_options import Statistics
from schemas.errors import Severity
from tasks.methods.gene_lists import BACKGROUND_REMEDY
from tasks.methods.study_yaml import read_study_yaml

HEAD = "study_id: demo\nconditions:\n  - {id: control}\n  - {id: il1b}\n"


def found(text: str) -> list[tuple[str, str, str]]:
    _, _, problems = read_study_yaml(text.encode())
    return [(p.place, p.rule, p.remedy) for p in problems]


def test_defaults_are_those_of_the_design() -> None:
    config, _, problems = read_study_yaml(HEAD.encode())
    assert problems == []
    assert config is not None
    assert (config.expression.methods, config.expression.fold_change, config.expression.fdr) == (
        ["deseq2", "limma_voom"],
        2.0,
        0.05,
    )
    assert (config.qpcr.reference_targets, config.viability.wavelength_nm, config.reference) == (
        ["GAPDH"],
        450,
        "control",
    )


@pytest.mark.parametrize(
    ("text", "place", "rule", "remedy"),
    [
        (
            "expresion: {}\n",
            "line 5, key expresion",
            "unknown_key",
            "Did you mean expression?",
        ),
        (
            "fdr: 0.1\n",
            "line 5, key fdr",
            "unknown_key",
            "It belongs into section expression.",
        ),
        (
            "qpcr:\n  study_id: x\n",
            "line 6, key qpcr.study_id",
            "unknown_key",
            "It belongs to the top, outside every section.",
        ),
        (
            "qpcr:\n  methode: ddcq\n",
            "line 6, key qpcr.methode",
            "unknown_key",
            "Did you mean method?",
        ),
        (
            "qpcr:\n  method: ddct\n",
            "line 6, key qpcr.method",
            "wrong_value",
            "Did you mean ddcq?",
        ),
        (
            "statistics:\n  omnibus: anove\n",
            "line 6, key statistics.omnibus",
            "wrong_value",
            "Use one of these.",
        ),
        (
            "statistics:\n  omnibus: Welch ANOVA\n  posthoc: tukey\n",
            "line 7, key statistics.posthoc",
            "wrong_value",
            "Write games_howell, holm or bonferroni.",
        ),
        (
            "qpcr: {plate_size: 48}\n",
            "line 5, key qpcr.plate_size",
            "wrong_value",
            "Use one of these.",
        ),
        (
            "expression: {fdr: 5}\n",
            "line 5, key expression.fdr",
            "wrong_value",
            "Correct it.",
        ),
        (
            "expression: {methods: deseq2}\n",
            "line 5, key expression.methods",
            "wrong_type",
            "Correct it.",
        ),
        (
            "enrichment:\n  lists:\n    death: {genes: a.txt}\n",
            "line 7, key enrichment.lists.death",
            "background_missing",
            BACKGROUND_REMEDY,
        ),
        (
            "enrichment: {lists: {up: {genes: a.txt, background: tested}}}\n",
            "line 5, key enrichment.lists.up",
            "wrong_value",
            "Call it otherwise.",
        ),
        (
            "enrichment: {gene_sets: {enrichment.lists: a.gmt}}\n",
            "line 5, key enrichment.gene_sets.enrichment.lists",
            "wrong_value",
            "Call the file of gene sets otherwise.",
        ),
        (
            "expression: {primary: edger}\n",
            "line 5, key expression.primary",
            "wrong_value",
            "Add it to methods, or name one of them.",
        ),
        (
            "expression: {size_factors: {mirnas: ratio}}\n",
            "line 5, key expression.size_factors.mirnas",
            "wrong_value",
            "Did you mean mirna?",
        ),
        (
            "enrichment: {lists: {a: {gene: x}}}\n",
            "line 5, key enrichment.lists.a.genes",
            "missing_value",
            "Fill it in.",
        ),
        (
            "enrichment: {size: many}\n",
            "line 5, key enrichment.size",
            "wrong_value",
            "Write for example 10–500.",
        ),
        (
            "qpcr: {calibrator: Control}\n",
            "line 5, key qpcr.calibrator",
            "unknown_condition",
            "Did you mean control (it differs only by upper and lower case)?",
        ),
        (
            "viability: {reference: none}\n",
            "line 5, key viability.reference",
            "unknown_condition",
            "Use one of control, il1b.",
        ),
        (
            "schedule: {cron: nightly}\n",
            "line 5, key schedule.cron",
            "wrong_value",
            'Write for example "0 2 * * *" for every night at two.',
        ),
        (
            'schedule: {cron: "0 25 * * *"}\n',
            "line 5, key schedule.cron",
            "wrong_value",
            'Write for example "0 2 * * *" for every night at two.',
        ),
        (
            "schedule: {timezone: Asia/Shanghia}\n",
            "line 5, key schedule.timezone",
            "wrong_value",
            "Did you mean Asia/Shanghai?",
        ),
        (
            "qpcr: {reference_targets: [GAPDH, 2-Sep]}\n",
            "line 5, key qpcr.reference_targets",
            "excel_damaged_name",
            "Write the gene symbol, e.g. SEPTIN1 for 1-Sep, MARCHF1 for 1-Mar.",
        ),
    ],
)
def test_every_wrong_key_and_value_names_its_line_and_a_remedy(text: str, place: str, rule: str, remedy: str) -> None:
    assert (place, rule, remedy) in found(HEAD + text)


def test_conditions_may_be_called_by_numbers_and_words_of_yaml() -> None:
    config, _, problems = read_study_yaml(b"study_id: s\nconditions: [{id: 0, factors: {dose: 10}}, {id: no}]\n")
    assert problems == []
    assert config is not None
    assert config.condition_ids == ["0", "no"]
    assert config.conditions[0].factors == {"dose": 10}


def test_a_condition_that_stands_twice_is_named_with_both_lines() -> None:
    _, _, problems = read_study_yaml((HEAD + "  - {id: control}\n").encode())
    assert [(p.place, p.rule, p.message) for p in problems] == [
        ("line 5, key conditions.id", "duplicate_id", "condition 'control' already stands on line 3")
    ]


def test_a_broken_section_leaves_the_conditions_for_the_other_checks() -> None:
    config, _, problems = read_study_yaml((HEAD + "colour: red\nqpcr: [GAPDH]\n").encode())
    assert [p.severity for p in problems] == [Severity.FATAL] * 2
    assert config is not None
    assert config.condition_ids == ["control", "il1b"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "just words\n", "study_id: Demo Study\nconditions: []\n"])
def test_what_cannot_be_a_study_is_fatal(text: str) -> None:
    config, _, problems = read_study_yaml(text.encode())
    assert config is None
    assert problems
    assert {p.severity for p in problems} == {Severity.FATAL}


@pytest.mark.parametrize(
    ("written", "primary"),
    [("[limma_voom]", "limma_voom"), ("[limma_trend, deseq2]", "deseq2"), ("[deseq2]", "deseq2")],
)
def test_of_methods_without_deseq2_the_first_counts(written: str, primary: str) -> None:
    config, _, problems = read_study_yaml(f"{HEAD}expression:\n  methods: {written}\n".encode())
    assert problems == []
    assert config is not None
    assert config.expression.primary == primary


def test_only_circrnas_are_merged() -> None:
    _, _, problems = read_study_yaml((HEAD + "expression:\n  source: {gene: merged, circrna: merged}\n").encode())
    (problem,) = problems
    assert "only circRNAs are merged; name a file or pipeline for gene" in problem.message
    assert problem.place == "line 6, key expression.source"


def test_only_circrnas_take_the_size_factors_of_genes() -> None:
    (problem,) = found(f"{HEAD}expression:\n  size_factors: {{mirna: linear, circrna: linear}}\n")
    assert problem[:2] == ("line 6, key expression.size_factors.mirna", "wrong_value")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Games-Howell", "games_howell"), ("Tukey HSD", "tukey"), (" Dunnett ", "dunnett"), ("none", "none")],
)
def test_tests_are_known_by_the_names_that_people_write(written: str, meant: str) -> None:
    assert Statistics.model_validate({"posthoc": written}).posthoc == meant
