"""Gene names that a spreadsheet turned into dates or numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.methods.report_words import counted

# English, German, French, Spanish and Italian short months as spreadsheets print them
_MONTH = (
    r"jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|mrz|mär|mai|okt|dez|janv|févr|mars|avr|juin|juil|août|déc"
    r"|ene|abr|ago|dic|gen|mag|giu|lug|set|ott"
)
_DAMAGED = re.compile(
    rf"""^(?:
        [0-9]{{1,2}}[-/\ .](?:{_MONTH})\.?(?:[-/\ .](?:[0-9]{{2}}|[0-9]{{4}}))?   # 2-Sep, 1-Mar-24
      | (?:{_MONTH})\.?[-/\ ](?:[0-9]{{2}}|[0-9]{{4}})                          # Sep-02; dec-1 is a worm gene
      | [0-9]{{1,2}}月[0-9]{{1,2}}日                                            # 9月2日
      | [0-9]{{4}}年[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?
      | [0-9]{{4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?:[\ T]00:00:00)?          # 2024-03-01
      | [0-9]{{1,2}}[/.][0-9]{{1,2}}[/.](?:[0-9]{{2}}|[0-9]{{4}})               # 3/1/2024
      | [0-9](?:[.,][0-9]+)?E\+[0-9]{{2}}                                       # 2.31E+13, a RIKEN id
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


_SERIAL = re.compile(r"[0-9]{5}(?:\.0)?")
_SERIALS = range(36526, 54789)  # 2000-01-01 to 2049-12-31 as Excel counts days
_FEW = 0.5  # share of names that are numbers above which they are ids (Entrez), not damage


def excel_damaged(names: Sequence[str]) -> list[tuple[int, str]]:
    """Index and value of every name that is a date or a number in scientific notation.

    SEPT2 becomes ``2-Sep``, MARCH1 ``1-Mar``, DEC1 ``1-Dec`` and the RIKEN id 2310009E13 ``2.31E+13``
    when a spreadsheet opens the list; the names themselves cannot be recovered from the value with
    certainty (MARCH1 and MARC1 give the same date). Months in the languages that laboratory
    computers speak, Chinese included. A cell formatted as a number shows the day's serial number
    (44621 is 1 March 2022): one among names is damage, numbers throughout are ids.

    Ziemann, Eren & El-Osta 2016, doi:10.1186/s13059-016-1044-7
    """
    match = _DAMAGED.match
    found = [(index, name) for index, name in enumerate(names) if match(name) or _is_serial(name)]
    if any(_is_serial(name) for _, name in found) and sum(map(_is_numeric, names)) > _FEW * len(names):
        found = [(index, name) for index, name in found if not _is_serial(name)]
    return found


def _is_serial(name: str) -> bool:
    return bool(_SERIAL.fullmatch(name)) and int(name[:5]) in _SERIALS


def _is_numeric(name: str) -> bool:
    return name.removesuffix(".0").isdecimal()


def damage_words(count: int, noun: str) -> str:
    """What is told of names that are damaged: ``1 gene looks like a name that Excel turned into a date or number``."""
    looks, made = ("looks like a name", "a date or number") if count == 1 else ("look like names", "dates or numbers")
    return f"{counted(count, noun)} {looks} that Excel turned into {made}"
