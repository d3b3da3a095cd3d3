"""Numbers as instruments print them: decimal commas, thousands separators, words for overflow and missed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import polars as pl

DecimalMark = Literal[".", ","]

OVERFLOW_WORDS = ("ovrflw", "overflow", "over", "ovfl", "saturated", "sat", "#sat", "out of range", "max")
MISSED_WORDS = ("missed", "missing", "?", "na", "n/a", "nan", "#n/a", "#value!", "null", "none", "-", "--", "---")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?(?:[eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?(?:[eE][+-]?\d+)?"),
}
_ONE_SIGN = re.compile(r"[+-]?(?P<whole>\d+)[.,](?P<decimals>\d+)(?P<more>(?:[.,]\d{3})+)?(?:[eE][+-]?\d+)?")
_GROUP = 3  # digits of a thousands group


def decimal_mark(texts: Iterable[str], *, is_grouped: bool = True) -> DecimalMark:
    """Say which character marks the decimals in texts that one program wrote.

    A number proves its mark when it has both characters, when a comma or point is not
    followed by exactly three digits, or when it follows a leading zero. ``1,234`` proves
    nothing where the program may group thousands (``is_grouped``), and the point is
    assumed; where it never does (optical densities, Cq), its mark is the decimal mark.
    Anything that is no number is passed over.
    """
    votes: dict[DecimalMark, int] = {".": 0, ",": 0}
    for text in texts:
        mark = _proven_mark(text.strip(), is_grouped=is_grouped)
        if mark:
            votes[mark] += 1
    return "," if votes[","] > votes["."] else "."


def _proven_mark(text: str, *, is_grouped: bool) -> DecimalMark | None:
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        mark: DecimalMark = "," if comma > dot else "."
        return mark if _GROUPED[mark].fullmatch(text) else None
    number = _ONE_SIGN.fullmatch(text)
    if not number:
        return None
    sign: DecimalMark = "," if comma >= 0 else "."
    if number["more"]:
        return "." if sign == "," else ","
    looks_grouped = len(number["decimals"]) == _GROUP and len(number["whole"]) <= _GROUP
    return None if is_grouped and looks_grouped and not number["whole"].startswith("0") else sign


def read_numbers(texts: Sequence[str | None], mark: DecimalMark = ".") -> pl.DataFrame:
    """Read texts as ``value`` (Float64) and ``flag``, one row per text in order.

    A null value is explained by its flag: ``overflow`` (also ``>4.0``), ``below_range``
    (``<0.0``), ``missed``, ``empty``, or ``unreadable`` when the text is no number at all.
    A number between asterisks was masked by the analyst: it keeps its value and is
    flagged ``masked``. A good number has a null flag.
    """
    text = pl.col("text")
    thousands = r"[\s\u00a0\u202f']"
    group = r"\." if mark == "," else ","
    bare = text.str.strip_chars("*").str.strip_chars()
    is_grouped = bare.str.contains(
        rf"^[+-]?\d{{1,3}}(?:{group}\d{{3}})+(?:{re.escape(mark)}\d*)?$|^[+-]?\d{{1,3}}(?:{thousands}\d{{3}})+(?:{re.escape(mark)}\d*)?$"
    )
    plain = (
        pl.when(is_grouped)
        .then(bare.str.replace_all(group, "").str.replace_all(thousands, ""))
        .otherwise(bare)
        .str.replace_all(mark, ".", literal=True)
    )
    foreign = "." if mark == "," else ","
    number = (
        pl.when(~is_grouped & bare.str.contains(foreign, literal=True))
        .then(None)
        .when(plain.str.contains(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"))
        .then(plain)
        .cast(pl.Float64, strict=False)
    )
    word = text.str.to_lowercase()
    frame = pl.DataFrame({"text": pl.Series("text", texts, dtype=pl.String)}).with_columns(
        text.fill_null("").str.strip_chars()
    )
    return frame.select(
        pl.when(number.is_finite()).then(number).alias("value"),
        pl.when((text.str.len_chars() > 2) & text.str.starts_with("*") & number.is_finite())  # noqa: PLR2004  # "*" + "*"
        .then(pl.lit("masked"))
        .when(number.is_finite())
        .then(None)
        .when(text == "")
        .then(pl.lit("empty"))
        .when(word.is_in(OVERFLOW_WORDS) | text.str.contains(r"^>\s*[\d.,]+$|^\*+$"))
        .then(pl.lit("overflow"))
        .when(text.str.contains(r"^<\s*-?[\d.,]+$"))
        .then(pl.lit("below_range"))
        .when(word.is_in(MISSED_WORDS) | text.str.contains(r"^\?+$"))
        .then(pl.lit("missed"))
        .otherwise(pl.lit("unreadable"))
        .alias("flag"),
    )


def elapsed_h(text: str) -> float | None:
    """Hours of a kinetic time: ``h:mm:ss``, ``mm:ss.fff`` or ``d.hh:mm:ss``; null when it is no time."""
    match = re.fullmatch(
        r"(?:(?P<d>\d{1,4})[ .])?(?:(?P<h>\d{1,5}):)?(?P<m>\d{1,5}):(?P<s>\d{1,5}(?:[.,]\d{1,9})?)", text.strip()
    )
    if not match or (match["d"] and not match["h"]):
        return None
    seconds = float(match["s"].replace(",", "."))
    return 24 * int(match["d"] or 0) + int(match["h"] or 0) + int(match["m"]) / 60 + seconds / 3600
