"""The known id that an unknown one was probably meant to be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

_SEPARATORS = re.compile(r"[-_.\s]+")
_FUZZY_LIMIT = 50_000  # edit distances that are worth waiting for, in all of one list's questions
_SHORTEST_STEM = 2
_SIMILAR = 0.6


def folded(value: str) -> str:
    """An id without what people vary by accident: case, hyphens, underscores, dots, spaces."""
    return _SEPARATORS.sub("", value).casefold()


def tokens(value: str) -> frozenset[str]:
    """The words of an id between its separators, in small letters."""
    return frozenset(word for word in _SEPARATORS.split(value.casefold()) if word)


def names_another(value: str, near: str, words: Collection[str], beside: Collection[str] = ()) -> bool:
    """Whether a whole word makes two similar ids different things: one has it, the other nothing in its place.

    ``words``: those that tell things of the study apart (``il1b_exo`` is another treatment than ``il1b``);
    ``beside``: those that tell apart the ids among which ``value`` stands, where a slip is a word of its own.
    """
    more, less = tokens(value) - tokens(near), tokens(near) - tokens(value)
    if not more:
        return bool(less & set(words))
    return bool(more & (set(words) if less else {*words, *beside}))


def telling_words(ids: Collection[str]) -> frozenset[str]:
    """Words that some of the ids have and others have not."""
    each = [tokens(one) for one in ids]
    return frozenset().union(*each) - (frozenset(each[0]).intersection(*each) if each else frozenset())


class KnownIds:
    """Ids that exist, asked for the one nearest to an unknown id.

    ``are_treatments``: ids of cultures or conditions, where a word more is another thing and no slip.
    """

    def __init__(self, ids: Iterable[str], *, are_treatments: bool = False) -> None:
        self.ids = list(dict.fromkeys(ids))
        self._words = telling_words(self.ids) if are_treatments else frozenset()
        self._folded: dict[str, str] = {}
        self._answers: dict[str, str | None] = {}
        self._compared = 0
        for known in self.ids:
            self._folded.setdefault(folded(known), known)

    def nearest(self, value: str) -> str | None:
        """The known id that differs least: by case and separators, by a suffix, by a few letters; else null."""
        key = folded(value)
        if not key or key in self._folded:
            return self._folded.get(key)
        if key not in self._answers:
            self._compared += len(self.ids)
            if self._compared > _FUZZY_LIMIT:
                return None
            near = self._by_suffix(key) or self._by_letters(key)
            self._answers[key] = None if near and names_another(value, near, self._words) else near
        return self._answers[key]

    def _by_suffix(self, key: str) -> str | None:
        stems = [
            k
            for k in self._folded
            if len(min(k, key, key=len)) >= _SHORTEST_STEM and (key.startswith(k) or k.startswith(key))
        ]
        if not stems:
            return None
        return self._folded[min(stems, key=lambda k: abs(len(k) - len(key)))]

    def _by_letters(self, key: str) -> str | None:
        close = get_close_matches(key, self._folded, n=1, cutoff=_SIMILAR)
        return self._folded[close[0]] if close else None

    def suggestion(self, value: str, otherwise: str = "") -> str:
        """A sentence that names the likely match and how it differs, or ``otherwise``."""
        near = self.nearest(value)
        if near is None:
            return otherwise
        how = difference(value, near)
        return f"Did you mean {near}{f' ({how})' if how else ''}?"


def difference(value: str, near: str) -> str:
    """How two similar ids differ, in words; empty when by letters within."""
    a, b = folded(value), folded(near)
    if a == b:
        plain = _SEPARATORS.sub("", value) == _SEPARATORS.sub("", near)
        if plain:
            return "it differs only by a hyphen, underscore, dot or space"
        if value.casefold() == near.casefold():
            return "it differs only by upper and lower case"
        return "it differs only by case and hyphen, underscore, dot or space"
    longer, shorter = sorted((value.casefold(), near.casefold()), key=len, reverse=True)
    # a letter more at the end is a slip; a suffix is a word of its own
    if longer.startswith(shorter) and _SEPARATORS.match(longer, len(shorter)):
        return "it differs only by a suffix"
    return ""


def look_alikes(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of different ids (first seen, later one) that only case and separators tell apart."""
    seen: dict[str, str] = {}
    pairs = []
    for one in dict.fromkeys(ids):
        other = seen.setdefault(folded(one), one)
        if other != one:
            pairs.append((other, one))
    return pairs
