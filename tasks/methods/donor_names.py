"""Donors that names of samples tell (``con_D1``, ``donor2_il1b``), for the draft of a study: guesses to confirm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_SEPARATORS = "-_. "
_WORDS = re.compile(  # whole words mean people wherever they stand; short ones only between separators
    r"(?P<donor>(?:donor|patient|subject|(?<![^\W_])(?:don|dnr|pat|pt|subj|hd))[-_. ]?[0-9]{1,3})(?![0-9])",
    re.IGNORECASE,
)
_LETTERS = tuple(re.compile(rf"(?<![^\W_])(?P<donor>{x}[0-9]{{1,3}})(?![^\W_])", re.IGNORECASE) for x in "dp")


class DonorName(NamedTuple):
    """A donor found in a sample's name, what is left of the name, and whether one letter is all that tells it."""

    donor: str
    rest: str
    number: str
    is_letter: bool


def donors_in(names: Iterable[str]) -> dict[str, DonorName]:
    """The donor in each name that tells one; of other names nothing.

    A donor is a number after a word for people (donor, don, patient, pat, pt, subject, subj, hd), or after a D or P
    alone (``con_D1``, ``P3-ctrl``). A letter counts only where it has several numbers among the names or one number
    beside several rests, and something else in the name: ``vit_D3_1`` and ``P1`` tell no donor. Spellings of one
    donor (``D1``, ``d1``, ``donor1``) are the first of them; where a letter is among them, all are guesses.
    """
    listed = list(dict.fromkeys(names))
    found = {name: cut for name in listed if (cut := _cut(name, _WORDS, is_letter=False))}
    for letter in _LETTERS:
        open_names = [name for name in listed if name not in found]
        cuts = {name: cut for name in open_names if (cut := _cut(name, letter, is_letter=True)) and cut.rest}
        if len({cut.number for cut in cuts.values()}) > 1 or len({_stem(cut.rest) for cut in cuts.values()}) > 1:
            found |= cuts
    spellings: dict[tuple[str, str], list[DonorName]] = {}
    for name in listed:
        if name in found:
            spellings.setdefault(_person(found[name]), []).append(found[name])
    return {name: _agreed(found[name], spellings[_person(found[name])]) for name in listed if name in found}


def _person(cut: DonorName) -> tuple[str, str]:
    """What spellings of one donor have in common: ``D1``, ``don_1`` and ``donor1`` begin alike."""
    return cut.donor[0].casefold(), cut.number


def _agreed(cut: DonorName, alike: Sequence[DonorName]) -> DonorName:
    return cut._replace(donor=alike[0].donor, is_letter=any(one.is_letter for one in alike))


def _cut(name: str, pattern: re.Pattern[str], *, is_letter: bool) -> DonorName | None:
    match = pattern.search(name)
    if match is None:
        return None
    before, after = name[: match.start()].rstrip(_SEPARATORS), name[match.end() :].lstrip(_SEPARATORS)
    rest = "_".join(filter(None, (before, after)))
    number = re.sub(r"[^0-9]", "", match["donor"]).lstrip("0") or "0"
    return DonorName(match["donor"], rest, number, is_letter)


def _stem(rest: str) -> str:
    """A rest without the number of its replicate."""
    return re.sub(r"[-_. ]*(?:rep|replicate|r|n)?[-_. ]*[0-9]+$", "", rest.casefold())
