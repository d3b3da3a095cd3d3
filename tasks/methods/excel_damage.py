"""Gene names that a spreadsheet turned into dates or numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def excel_damaged(names: Sequence[str]) -> list[tuple[int, str]]:
    """Index and value of every name that is a date or a number in scientific notation.

    SEPT2 becomes ``2-Sep``, MARCH1 ``1-Mar``, DEC1 ``1-Dec`` and the RIKEN id 2310009E13 ``2.31E+13``
    when a spreadsheet opens the list; the names themselves cannot be recovered from the value with
    certainty (MARCH1 and MARC1 give the same date). Months in the languages that laboratory
    computers speak, Chinese included.

    Ziemann, Eren & El-Osta 2016, doi:10.1186/s13059-016-1044-7
    """
    match = _DAMAGED.match
    return [(index, name) for index, name in enumerate(names) if match(name)]
