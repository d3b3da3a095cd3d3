"""miRNA names of databases to the names of a study: releases of miRBase, arms, accessions, families."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

SPECIES: Mapping[str, tuple[str, int]] = {
    "homo sapiens": ("hsa", 9606),
    "mus musculus": ("mmu", 10090),
    "rattus norvegicus": ("rno", 10116),
    "bos taurus": ("bta", 9913),
    "sus scrofa": ("ssc", 9823),
    "canis familiaris": ("cfa", 9615),
    "gallus gallus": ("gga", 9031),
    "danio rerio": ("dre", 7955),
    "drosophila melanogaster": ("dme", 7227),
    "caenorhabditis elegans": ("cel", 6239),
    "oryctolagus cuniculus": ("ocu", 9986),
    "macaca mulatta": ("mml", 9544),
}
_ACCESSION = re.compile(r"mimat[0-9]{7}")
_PREFIXED = re.compile(r"([a-z][a-z0-9]{2,4})-(?=mir|let|lin|lsy|bantam|iab)")  # viruses have digits: hsv1, hhv6b
_HAIRPIN = re.compile(r"(?:^|[a-z][a-z0-9]{2,4}-)mir-")  # case tells precursors (mir) from mature miRNAs (miR)
_ARM = re.compile(r"-[35]p$")
_MEMBER = re.compile(r"(mir-|let-)?([0-9]+)([a-z]*)((?:-[0-9]+)?(?:-[35]p)?)")


@dataclass(frozen=True)
class Found:
    """The study's features that a name means: how that is known, or why there are none."""

    features: frozenset[str] = frozenset()
    rule: str | None = None
    na_reason: str | None = None


def canonical(name: str) -> str:
    """A name as it is compared: lower case, dashes, without what TargetScan puts behind (``.1``)."""
    words = name.strip().split("|")[0].split()
    plain = (words[0] if words else "").lower().replace("_", "-").replace("mir-mir", "mir")
    return re.sub(r"(-[35]p)\.[0-9]+$", r"\1", plain)


class MirnaNames:
    """The miRNAs of a study, by every name that certainly means one of them.

    ``known_names`` are rows accession, name of miRBase (its mature.fa, its aliases.txt); without them
    accessions and old names are resolved only where the study itself uses them. Names lose their arm
    or gain it only where one arm can be meant: where the current miRNAs (those with a sequence, else
    the study's own) have only one arm of that name. Never guessed: which arm ``miR-21*`` is. Counted
    precursors (``hsa-mir-21``) are no miRNA that a name means.
    """

    def __init__(self, feature_ids: Iterable[str], known_names: pl.DataFrame | None = None) -> None:
        self._features: dict[str, set[str]] = {}
        for feature in _mature(feature_ids):
            self._features.setdefault(canonical(feature), set()).add(feature)
        species = Counter(m[1] for name in self._features if (m := _PREFIXED.match(name)))
        self.species = species.most_common(1)[0][0] if species else None
        self._accessions: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        current: set[str] = set()
        for accession, name, sequence in _rows(known_names):
            self._accessions.setdefault(canonical(name), set()).add(accession.lower())
            self._names.setdefault(accession.lower(), set()).add(canonical(name))
            if sequence:
                current.add(canonical(name))
        self._current = current or set(self._features)

    def find(self, name: str) -> Found:
        """The features that a name means."""
        plain = canonical(name)
        if self.species and not _PREFIXED.match(plain) and not _ACCESSION.fullmatch(plain):
            plain = f"{self.species}-{plain}"
        found = self._one(plain)
        if found.features or found.na_reason not in ("not_in_study", "ambiguous_arm"):
            return found
        members = [self._one(member) for member in self._members(plain)]
        together = frozenset().union(*(m.features for m in members))
        return Found(together, "family") if together else found

    def _one(self, name: str) -> Found:
        if name in self._features:
            return Found(frozenset(self._features[name]), "exact")
        match = _PREFIXED.match(name)
        if self.species and match and match[1] != self.species:
            return Found(na_reason="other_species")
        accessions = {name} if _ACCESSION.fullmatch(name) else self._accessions.get(name, set())
        if len(accessions) > 1:
            return Found(na_reason="ambiguous_name")
        for accession in accessions:
            same = {accession, *self._names.get(accession, ())}
            unsure = {n for n in same if len(self._accessions.get(n, ())) > 1}
            hits = frozenset[str]().union(*(self._features.get(n, set()) for n in same - unsure))
            if hits:
                return Found(hits, "accession" if name == accession else "alias")
        if _ACCESSION.fullmatch(name):
            return Found(na_reason="not_in_study" if accessions & self._names.keys() else "unknown_accession")
        return self._by_arm(name)

    def _by_arm(self, name: str) -> Found:
        """Names that differ from the study's by an arm."""
        if name.endswith("*"):
            return Found(na_reason="ambiguous_arm")
        stem = _ARM.sub("", name)
        arms = [arm for arm in (f"{stem}-5p", f"{stem}-3p") if arm in self._current]
        meant = arms[0] if len(arms) == 1 else None
        if stem == name and arms and stem not in self._current:
            if meant is None:
                return Found(na_reason="ambiguous_arm")
            hits = self._features.get(meant, set())
            return Found(frozenset(hits), "only_arm") if hits else Found(na_reason="not_in_study")
        if stem != name and stem in self._features:
            if meant == name:
                return Found(frozenset(self._features[stem]), "only_arm")
            return Found(na_reason="ambiguous_arm")
        return Found(na_reason="not_in_study")

    def _members(self, family: str) -> list[str]:
        """Names of a family as TargetScan and miRcode write them: ``miR-15-5p/16-5p``, ``miR-200bc-3p``, ``miR-29-3p``.

        Letters that a member leaves out are all letters that current miRNAs have, where it has an arm or
        stands among others: ``miR-29`` alone is an old name, ``miR-29-3p`` a family.
        """
        species, _, rest = family.partition("-")
        found: list[str] = []
        for at, part in enumerate(rest.split("/")):
            match = _MEMBER.fullmatch(part)
            if not match or (at == 0 and not match[1]):
                return []
            kind, number, letters, tail = match[1] or "mir-", match[2], match[3], match[4]
            start = f"{species}-{kind}{number}"
            found += [f"{start}{letter}{tail}" for letter in letters or ("",)]
            if not letters and (_ARM.search(tail) or "/" in rest):
                lettered = re.compile(rf"{re.escape(start)}[a-z]{re.escape(tail)}")
                known = self._current if _ARM.search(tail) else {_ARM.sub("", name) for name in self._current}
                found += [name for name in known if lettered.fullmatch(name)]
        return sorted(set(found) - {family})


def _mature(feature_ids: Iterable[str]) -> list[str]:
    """Features without precursors; where names in lower case have arms, a tool folded the case of mature miRNAs."""
    found = list(feature_ids)
    lower = {feature for feature in found if _HAIRPIN.match(feature)}
    if any(_ARM.search(feature) for feature in lower):
        return found
    return [feature for feature in found if feature not in lower]


def _rows(known_names: pl.DataFrame | None) -> Iterable[tuple[str, str, str | None]]:
    if known_names is None:
        return ()
    return known_names.select("accession", "name", "sequence").iter_rows()
