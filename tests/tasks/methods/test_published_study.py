from __future__ import annotations

from schemas.base import columns, declared
from tasks.methods.published_study import BESIDE_RESULTS, dictionary_table, result_tables
from tests.published import published


def test_the_dictionary_says_of_every_column_what_its_declaration_says() -> None:
    found = dictionary_table(["result.normalized_expression", "core.samples"])
    named = found.select("table", "column").rows()
    assert named == [
        (t, c.name) for t in ("result.normalized_expression", "core.samples") for c in columns(declared()[t])
    ]
    value = found.filter(table="result.normalized_expression", column="value").row(0, named=True)
    assert (value["type"], value["unit"], value["may_be_null"], value["is_key"]) == ("number", "log2", False, False)
    library = found.filter(table="result.normalized_expression", column="library").row(0, named=True)
    assert (library["values"], library["is_key"]) == ("gene; mirna; circrna", True)
    assert dictionary_table([]).is_empty()


def test_every_result_is_taken_away_with_what_it_is_read_with() -> None:
    results = [name for name in declared() if name.startswith("result.")]
    assert sorted(result_tables()) == sorted([*results, *BESIDE_RESULTS])


def test_a_study_knows_its_title_and_the_labels_of_its_conditions() -> None:
    study = published({})
    assert study.title == "A study"
    assert study.labels == {"control": "Control", "il1b": "IL-1β"}
