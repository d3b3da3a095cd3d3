"""Bytes of a text export to text, whatever the instrument's computer wrote."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_NUL_SHARE = 0.3  # ASCII text in UTF-16 is half NUL; binary files are not, on one side only


def decode(data: bytes) -> str:
    r"""Decode by byte-order mark, else UTF-16 by its NULs, else UTF-8, else Windows-1252; line ends become ``\n``.

    A multi-byte character cut at the end of ``data`` is dropped, so that a file's head can be decoded.
    """
    text = _decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="ignore")
    sample = data[:_SAMPLE]
    if sample[1::2].count(0) > _NUL_SHARE * len(sample) / 2 and sample[0::2].count(0) == 0:
        return data.decode("utf-16-le", errors="ignore")
    if sample[0::2].count(0) > _NUL_SHARE * len(sample) / 2 and sample[1::2].count(0) == 0:
        return data.decode("utf-16-be", errors="ignore")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def is_binary(head: bytes) -> bool:
    """Whether the bytes are no text: NULs that no UTF-16 or UTF-32 explains."""
    return "\0" in _decode(head[:_SAMPLE])
