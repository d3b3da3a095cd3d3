from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import UserError
from tasks.methods.go_files import GoFile, go_file, refuse_other_files
from tests.tasks.methods.small_go import consortium_files, databases


@pytest.fixture
def files(tmp_path: Path) -> dict[GoFile, Path]:
    obo, gaf = consortium_files(tmp_path)
    go, org = databases(tmp_path / "R")
    return {"go": go, "org": org, "obo": obo, "gaf": gaf}


def test_each_file_is_known_by_its_content_whatever_its_name(files: dict[GoFile, Path], tmp_path: Path) -> None:
    assert {option: go_file(path) for option, path in files.items()} == {option: option for option in files}
    renamed = tmp_path / "download"
    for option, path in files.items():
        renamed.write_bytes(path.read_bytes())
        assert go_file(renamed) == option
    plain = gzip.decompress(files["gaf"].read_bytes()).decode()
    renamed.write_text("".join(line for line in plain.splitlines(keepends=True) if not line.startswith("!")))
    assert go_file(renamed) == "gaf"  # without a header


@pytest.mark.parametrize(
    "content",
    [b"", b"id\tname\nGO:0000001\tx\n", b"SQLite format 3\x00 cut", b"\x1f\x8b cut", b"\xff\xfe\x00\x9f", b"<html>"],
)
def test_anything_else_is_left_to_the_readers(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert go_file(path) is None
    refuse_other_files({"go": path, "org": None, "obo": path, "gaf": path})


def test_swapped_files_are_told_with_the_options_that_they_go_by(files: dict[GoFile, Path]) -> None:
    refuse_other_files(files)
    for one, other in (("obo", "gaf"), ("go", "org")):
        with pytest.raises(UserError) as error:
            refuse_other_files({one: files[other], other: files[one]})
        said = str(error.value)
        assert f"--{one} names {files[other]}, which is" in said
        assert said.endswith(f"Write --{other} {files[other]} --{one} {files[one]} (they are swapped).")
    with pytest.raises(
        UserError, match=r"--org names .*, which is annotations of genes \(GAF\)\. Write --gaf [^(]*\.$"
    ):
        refuse_other_files({"org": files["gaf"], "go": files["go"]})
