"""What people call classes of RNA and the libraries that count them, in the order of a paper."""

from __future__ import annotations

from collections.abc import Mapping

CLASS: Mapping[str, str] = {
    "mrna": "mRNA",
    "lncrna": "lncRNA",
    "mirna": "miRNA",
    "circrna": "circRNA",
    "other": "other RNA",
}
CLASSES: Mapping[str, str] = {name: f"{word}s" for name, word in CLASS.items()}
LIBRARY_NAMES: Mapping[str, str] = {"gene": "genes", "mirna": CLASSES["mirna"], "circrna": CLASSES["circrna"]}
