from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bench_options import Condition
from schemas.errors import Severity
from schemas.sheets import ContrastRow, SampleRow
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.methods.contrast_checks import asked_once, checked_contrast, method_problems
from tasks.methods.contrast_sheets import COLUMNS, Asked, default_contrasts, read_contrasts
from tasks.methods.sheets import read_sheet

MATCHED = [
    SampleRow(
        sample=f"{c}{d}",
        condition=c,
        donor=f"D{d}",
        attributes={"lane": str(d), "arm": c, "odd": "" if d == 1 else "x"},
    )
    for c in ("il1b", "il1b_usc")
    for d in (1, 2, 3)
]


def check(
    row: str, samples: list[SampleRow] = MATCHED, header: str = ",".join(COLUMNS[:7])
) -> tuple[ContrastRow, list[tuple[str, str, str]]]:
    sheet = read_sheet("contrasts.csv", f"{header}\n{row}\n".encode(), COLUMNS, COLUMNS[:1], is_open=False)
    (asked,), problems = read_contrasts(sheet, samples)
    contrast, more = checked_contrast(asked, samples)
    return contrast, [(str(p.severity), p.rule, str(p)) for p in (*problems, *more)]


def test_blocking_left_open_asks_in_the_words_of_the_design() -> None:
    contrast, [(severity, rule, text)] = check("x,condition,il1b,il1b_usc,,,")
    assert (severity, rule) == ("local", "blocking_open")
    assert "all 3 donors occur in both il1b and il1b_usc; write `donor` (matched) or `none` (independent)" in text
    assert contrast.problem is not None
    assert contrast.problem in text


@pytest.mark.parametrize(("blocking", "columns"), [("donor", ["donor"]), ("lane", ["lane"])])
def test_an_answered_blocking_has_no_problem(blocking: str, columns: list[str]) -> None:
    contrast, problems = check(f"x,condition,il1b,il1b_usc,{blocking},,")
    assert problems == []
    assert (contrast.blocking, contrast.problem) == (columns, None)


@pytest.mark.parametrize(
    ("row", "rule", "words"),
    [
        ("x,treatment,il1b,il1b_usc,none,,", "unknown_variable", "'treatment' is no column of samples.csv"),
        ("x,Condition,il1b,il1b_usc,none,,", "unknown_variable", "Did you mean condition (it differs only by upper"),
        ("x,condition,il1b,IL1B-USC,none,,", "unknown_level", "Did you mean il1b_usc"),
        ("x,condition,il1b,il1b,none,,", "same_level", "both 'il1b'"),
        ("x,condition,il1b,il1b_usc,donr,,", "unknown_variable", "Did you mean donor?"),
        ("x,condition,il1b,il1b_usc,condition,,", "aliased", "held constant at once"),
        ("x,condition,il1b,il1b_usc,arm,,", "aliased", "no arm has both il1b and il1b_usc"),
        ("x,condition,il1b,il1b_usc,odd,,", "empty_block", "2 compared samples have no odd"),
        ("x,condition,il1b,il1b_usc,sample,,", "aliased", "cannot be told from sample"),
        ("x,condition,il1b,il1b_usc,none,donor,", "half_exclusion", "together or not at all"),
        ("x,condition,il1b,il1b_usc,none,donr,D1", "unknown_column", "Did you mean donor?"),
        ("x,condition,il1b,il1b_usc,none,condition,il1b", "unknown_level", "no sample left has condition 'il1b'"),
    ],
)
def test_a_contrast_that_cannot_run_says_why(row: str, rule: str, words: str) -> None:
    contrast, problems = check(row)
    assert [r for severity, r, _ in problems if severity == "local"] == [rule]
    assert any(words in text for _, _, text in problems)
    assert contrast.problem is not None


def test_without_the_sheet_the_lines_to_paste_are_given_and_answer_the_question() -> None:
    config = StudyYaml(study_id="s", conditions=[Condition(id="il1b"), Condition(id="il1b_usc")])
    (asked,) = default_contrasts(config, MATCHED)
    waiting, (problem,) = checked_contrast(asked, MATCHED)
    assert str(waiting.problem).endswith("; write `donor` (matched) or `none` (independent) in contrasts.csv")
    assert "the study has none; default contrast il1b_usc_vs_il1b: all 3 donors occur in both" in problem.message
    assert "Answer in column" not in problem.remedy
    header, row = re.findall(r"`(\S*,\S*)`", problem.remedy)
    contrast, problems = check(row, header=header)
    assert (problems, contrast.blocking, contrast.problem) == ([], ["donor"], None)


def test_default_contrasts_that_wait_for_the_same_answer_ask_once() -> None:
    config = StudyYaml(study_id="s", conditions=[Condition(id=c) for c in ("il1b", "il1b_usc", "exo")])
    samples = [*MATCHED, *(SampleRow(sample=f"e{d}", condition="exo", donor=f"D{d}") for d in (1, 2, 3))]
    (problem,) = asked_once([checked_contrast(a, samples) for a in default_contrasts(config, samples)])
    assert problem.message.endswith("; likewise exo_vs_il1b")
    assert re.findall(r"`(\S*,\S*)`", problem.remedy)[1:] == [
        "il1b_usc_vs_il1b,condition,il1b,il1b_usc,donor",
        "exo_vs_il1b,condition,il1b,exo,donor",
    ]


def test_a_matched_pair_of_one_donor_has_too_few_samples() -> None:
    contrast, [(severity, rule, text)] = check("x,condition,il1b,il1b_usc,donor,donor,D2|D3")
    assert (severity, rule) == ("local", "few_replicates")
    assert "condition 'il1b' has one sample (il1b1); two are needed at least" in text
    assert contrast.excluded_samples == ["il1b2", "il1b3", "il1b_usc2", "il1b_usc3"]


def test_a_design_that_uses_up_all_samples_says_so() -> None:
    rows = [("a", "1", "x"), ("b", "1", "y"), ("a", "2", "y"), ("b", "2", "x")]
    samples = [SampleRow(sample=f"{c}{d}", condition=c, donor=d, batch=b) for c, d, b in rows]
    _, [(severity, rule, text)] = check("x,condition,a,b,donor;batch,,", samples)
    assert (severity, rule) == ("local", "no_residual_df")
    assert "~ donor + batch + condition uses up all 4 samples" in text
    assert text.endswith("Hold fewer columns constant, or add replicates.")


def test_samples_are_left_out_by_a_list_and_an_unknown_value_is_a_warning() -> None:
    contrast, problems = check("x,condition,il1b,il1b_usc,donor,sample,il1b1;il1b_1;gone")
    assert contrast.excluded_samples == ["il1b1"]
    assert [(severity, rule) for severity, rule, _ in problems] == [
        ("warning", "unknown_level"),
        ("warning", "unknown_level"),
        ("warning", "partially_paired"),
    ]
    assert contrast.problem is None


def test_partial_pairing_is_a_warning_whichever_way_it_is_answered() -> None:
    for blocking in ("donor", "none"):
        contrast, [(severity, rule, text)] = check(f"x,condition,il1b,il1b_usc,{blocking},sample,il1b1")
        assert (severity, rule, contrast.problem) == ("warning", "partially_paired", None)
        assert "partially paired: 2 of 3 donors occur in both il1b and il1b_usc" in text


def test_one_culture_of_a_level_is_named_and_the_contrast_is_skipped_as_in_a_run() -> None:
    contrast, problems = check("x,condition,il1b,il1b_usc,none,sample,il1b1;il1b2")
    assert [(severity, rule) for severity, rule, _ in problems][-1] == ("local", "few_replicates")
    assert "condition 'il1b' has one sample (il1b3)" in str(contrast.problem)


@pytest.mark.parametrize("blocking", ["none", "None"])
def test_donors_that_recur_and_are_not_blocked_are_a_warning(blocking: str) -> None:
    contrast, [(severity, rule, text)] = check(f"x,condition,il1b,il1b_usc,{blocking},,")
    assert (contrast.blocking, contrast.problem, severity, rule) == ([], None, "warning", "donors_recur")
    assert "all 3 donors occur in both il1b and il1b_usc, and all samples are compared as independent" in text


def test_blank_cells_are_told_by_column_and_sample_and_na_is_blank() -> None:
    cells = ("", "NA", "nan", "b1", "b1", "b2")
    samples = [s.model_copy(update={"batch": b}) for s, b in zip(MATCHED, cells, strict=True)]
    contrast, [(_, rule, text)] = check("x,condition,il1b,il1b_usc,batch,,", samples)
    assert rule == "empty_block"
    assert "3 compared samples have no batch: il1b1, il1b2, il1b3" in text
    assert contrast.problem is not None


HEADER = "id,variable,reference,target,blocking,test,interaction,random"
BY_SEX = [
    s.model_copy(
        update={"donor": f"{s.donor}{sex}", "sample": s.sample + sex, "attributes": {"sex": sex, "arm": s.condition}}
    )
    for sex in "mf"
    for s in MATCHED
]


def test_an_interaction_and_a_test_of_the_whole_factor_are_read() -> None:
    for blocking in ("donor", ""):
        contrast, problems = check(f"x,condition,il1b,il1b_usc,{blocking or 'none'},LRT,sex: m > f,", BY_SEX, HEADER)
        assert (contrast.test, contrast.between, contrast.problem) == ("lrt", ("sex", "m", "f"), None)
        assert [rule for _, rule, _ in problems] == ([] if blocking else ["donors_recur"])


def test_a_random_effect_answers_the_question_of_blocking() -> None:
    contrast, problems = check("x,condition,il1b,il1b_usc,,wald,,donor", header=HEADER)
    assert (problems, contrast.random, contrast.blocking) == ([], "donor", [])


@pytest.mark.parametrize(
    ("row", "rule", "words"),
    [
        ("none,wald,sex,", "wrong_interaction", "Write column:first>second"),
        ("none,wald,sexx:m>f,", "unknown_variable", "Did you mean sex?"),
        ("none,wald,sex:m>F,", "unknown_level", "Did you mean f"),
        ("none,wald,sex:m>m,", "same_level", "both levels of sex are 'm'"),
        ("none,wald,condition:il1b>il1b_usc,", "aliased", "Leave condition in column interaction alone"),
        ("sex,wald,sex:m>f,", "aliased", "its own effect is part of that design"),
        ("none,wald,arm:il1b>il1b_usc,", "few_replicates", "condition 'il1b' with arm 'il1b_usc' has no sample"),
        ("donor,wald,,donor", "aliased", "Name it in one of blocking and random"),
        ("none,wald,,sample", "nothing_recurs", "every sample has a sample of its own"),
        ("none,wald,,donr", "unknown_variable", "Did you mean donor?"),
    ],
)
def test_interactions_and_random_effects_that_cannot_be_fitted_say_why(row: str, rule: str, words: str) -> None:
    contrast, problems = check(f"x,condition,il1b,il1b_usc,{row}", BY_SEX, HEADER)
    assert [r for severity, r, _ in problems if severity == "local"] == [rule]
    assert words in str(contrast.problem)


def test_columns_may_be_few() -> None:
    contrast, problems = check("x,il1b,il1b_usc,donor", header="id,reference,target,blocking")
    assert (problems, contrast.variable) == ([], "condition")


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "1", "2"])), min_size=1, max_size=8),
    st.lists(st.sampled_from(["donor", "replicate", "condition"]), max_size=2, unique=True),
    st.booleans(),
)
def test_every_contrast_runs_or_has_a_reason(cells: list[tuple[str, str]], blocking: list[str], is_open: bool) -> None:  # noqa: FBT001
    samples = [SampleRow(sample=str(at), condition=c, donor=d, replicate=d) for at, (c, d) in enumerate(cells)]
    asked = Asked(ContrastRow(id="x", reference="a", target="b", blocking=blocking, line=2), is_open=is_open)
    contrast, problems = checked_contrast(asked, samples)
    assert (contrast.problem is not None) == any(p.severity is Severity.LOCAL for p in problems)
    assert {"a", "b"} <= {c for c, _ in cells} or contrast.problem is not None


def test_a_default_contrast_of_a_condition_with_one_culture_is_a_warning() -> None:
    config = StudyYaml(study_id="s", conditions=[Condition(id="il1b"), Condition(id="new")])
    (asked,) = default_contrasts(config, [*MATCHED[:3], SampleRow(sample="n", condition="new")])
    contrast, (problem,) = checked_contrast(asked, [*MATCHED[:3], SampleRow(sample="n", condition="new")])
    assert (problem.severity, problem.rule, contrast.problem) == ("warning", "few_replicates", None)


@pytest.mark.parametrize(
    ("asked", "options", "found"),
    [
        ({"test": "lrt"}, {"threshold": "test"}, [("local", "lrt_threshold")]),
        ({"test": "lrt"}, {}, []),
        ({"random": "donor"}, {}, [("warning", "no_random_effects")]),
        ({"random": "donor"}, {"methods": ["deseq2"]}, [("local", "no_random_effects")]),
        ({"random": "donor"}, {"methods": ["limma_voom"], "primary": "limma_voom"}, []),
        ({"test": "lrt", "problem": "told already"}, {"threshold": "test"}, []),
    ],
)
def test_what_no_method_of_the_study_can_test_is_told_before_the_run(
    asked: dict[str, str], options: dict[str, object], found: list[tuple[str, str]]
) -> None:
    row = ContrastRow.model_validate({"id": "x", "reference": "a", "target": "b", "line": 2, **asked})
    problems = method_problems([row], Expression.model_validate(options))
    assert [(str(p.severity), p.rule) for p in problems] == found
    assert all(p.place.startswith("line 2, column ") for p in problems)
