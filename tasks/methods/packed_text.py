"""Lines of text files on disk, plain or gzipped, one after the other."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import bad_input

_GZIP = b"\x1f\x8b"


def text_lines(path: Path) -> Iterator[str]:
    """Each line without its end. Raises ``BadInputError`` for a damaged gzip file and for what is no text."""
    with path.open("rb") as raw:
        packed = raw.read(len(_GZIP)) == _GZIP
    try:
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as lines:
            for line in lines:
                yield line.rstrip("\r\n")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = f"the file is not whole: {error}"
        raise bad_input(path.name, "", "damaged", message, "Copy or download it again.") from None
    except UnicodeDecodeError as error:
        message = f"the file is no UTF-8 text (byte {error.start})"
        raise bad_input(path.name, "", "no_text", message, "Name the file as its source gives it.") from None
