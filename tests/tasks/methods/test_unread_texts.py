from __future__ import annotations

from tasks.methods.unread_texts import MOST_CHARACTERS, line_text, line_texts


def test_a_line_is_its_key_and_its_values() -> None:
    assert line_text(["Reader Type:", " Synergy H1 "]) == "Reader Type: Synergy H1"
    assert line_text(["", "Full Plate", ""]) == "Full Plate"
    assert line_text(["Curve", "A", "", "B"]) == "Curve: A, B"
    assert (line_text(["", " "]), line_text([])) == ("", "")
    assert len(line_text(["k", "v" * 1000])) == MOST_CHARACTERS


def test_lines_come_once_with_their_section() -> None:
    assert line_texts([["a", "1"], [""], ["a", "1"], [":"]], "Note") == ["Note: a: 1", "Note: :"]
