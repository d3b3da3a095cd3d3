from __future__ import annotations

import pytest

from tasks.methods.text import decode, is_binary


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_survives_every_encoding_that_instruments_write(encoding: str) -> None:
    text = "Well\tCт µ".replace("т", "T") + "\nA1\t20,5 µL\n" * 20
    assert decode(text.replace("\n", "\r\n").encode(encoding)) == text


def test_old_mac_line_ends_become_newlines() -> None:
    assert decode(b"a\rb\r") == "a\nb\n"


def test_a_character_cut_at_the_end_of_the_head_is_dropped() -> None:
    assert decode("aµ".encode()[:-1]) == "a"


def test_a_cytometry_file_is_binary_and_a_utf16_export_is_not() -> None:
    assert is_binary(b"FCS3.0" + bytes(range(256)) * 4)
    assert not is_binary("Well\tCT\n".encode("utf-16"))
