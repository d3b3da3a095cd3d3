from __future__ import annotations

from typing import get_args

from schemas.vocabulary import Library, RnaClass
from tasks.methods.rna_classes import CLASS, CLASSES, LIBRARY_NAMES


def test_every_class_and_library_has_a_word_of_its_own() -> None:
    assert set(CLASS) == set(CLASSES) == set(get_args(RnaClass))
    assert set(LIBRARY_NAMES) == set(get_args(Library))
    for words in (CLASS, CLASSES, LIBRARY_NAMES):
        assert len(set(words.values())) == len(words)
