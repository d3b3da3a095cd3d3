"""GO terms and annotations of Bioconductor's SQLite databases (GO.db, org.Hs.eg.db), read without R."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl

from schemas.errors import UserError, bad_input
from tasks.methods.gene_annotations import GeneAnnotations
from tasks.methods.go_ontology import GoOntology, ontology_of

_PACKAGES = {"human": "org.Hs.eg.db", "mouse": "org.Mm.eg.db", "rat": "org.Rn.eg.db"}
_IN_DEBIAN = ("GO.db", "org.Hs.eg.db")  # bookworm and trixie
_LIBRARIES = ("/usr/lib/R/site-library", "/usr/local/lib/R/site-library", "/usr/lib/R/library")
_RELATIONS = {"isa": "is_a"}
_GO = ("go_term", "go_bp_parents", "go_mf_parents", "go_cc_parents", "go_obsolete", "go_synonym", "metadata")
_GENES = ("gene_info", "go_bp", "go_mf", "go_cc", "metadata")
_PARENTS = """
SELECT child.go_id, parent.go_id, relationship_type
FROM {table} JOIN go_term AS child USING (_id) JOIN go_term AS parent ON parent._id = _parent_id
"""
_ANNOTATIONS = "SELECT symbol, go_id, evidence FROM {table} JOIN gene_info USING (_id)"


def read_go_database(path: Path) -> GoOntology:
    """Read terms and relations of GO.sqlite. Raises ``BadInputError`` for another database, or none."""
    with _opened(path, _GO, "GO.sqlite of Bioconductor's GO.db") as rows:
        terms = [(go_id, term, which) for go_id, term, which in rows("SELECT go_id, term, ontology FROM go_term")]
        parents = [
            (child, parent, _RELATIONS.get(relation, relation.replace(" ", "_")))
            for which in ("bp", "mf", "cc")
            for child, parent, relation in rows(_PARENTS.format(table=f"go_{which}_parents"))
        ]
        alternatives = rows.pairs(
            "SELECT secondary, go_id FROM go_synonym JOIN go_term USING (_id) WHERE like_go_id = 1"
        )
        obsolete = {go_id for (go_id,) in rows("SELECT go_id FROM go_obsolete")}
        about = dict(rows.pairs("SELECT name, value FROM metadata"))
        return ontology_of(
            terms, parents, replaced=dict(alternatives), obsolete=obsolete, version=about.get("GOSOURCEDATE")
        )


def read_gene_database(path: Path) -> GeneAnnotations:
    """Read the annotations of an organism's database, e.g. org.Hs.eg.sqlite; none of its is negated.

    Raises ``BadInputError`` for another database, or none.
    """
    with _opened(path, _GENES, "an organism's annotation database, e.g. org.Hs.eg.sqlite") as rows:
        found = [row for which in ("bp", "mf", "cc") for row in rows(_ANNOTATIONS.format(table=f"go_{which}"))]
        about = dict(rows.pairs("SELECT name, value FROM metadata"))
    schema = {"symbol": pl.String, "go_id": pl.String, "evidence": pl.String}
    frame = pl.DataFrame(found, schema=schema, orient="row").with_columns(is_negated=pl.lit(False))
    date = about.get("GOEGSOURCEDATE") or about.get("EGSOURCEDATE")
    return GeneAnnotations(frame, f"NCBI Gene {date}" if date else None, about.get("ORGANISM"))


def find_databases(
    organism: str, environment: Mapping[str, str], *, go: Path | None = None, org: Path | None = None
) -> tuple[Path, Path]:
    """GO.sqlite and the organism's database: those given, else those in R's libraries (``R_LIBS…``, then Debian's).

    Raises ``UserError`` that says how to install what is missing.
    """
    if org is None and organism not in _PACKAGES:
        known = ", ".join(_PACKAGES)
        raise UserError(f"No database is known for {organism!r} (only for {known}): name one by --org FILE.")
    package = _PACKAGES.get(organism, "")
    found = {
        "GO.db": go or _installed("GO.db", "GO.sqlite", environment),
        package: org or _installed(package, f"{package.removesuffix('.db')}.sqlite", environment),
    }
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise UserError(f"{_and(missing)} not installed. {_how(missing)}")
    first, second = found.values()
    assert first is not None
    assert second is not None
    return first, second


def _installed(package: str, file: str, environment: Mapping[str, str]) -> Path | None:
    named = [environment.get(key, "") for key in ("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER")]
    folders = [folder for names in named for folder in names.split(os.pathsep) if folder]
    paths = (Path(folder).expanduser() / package / "extdata" / file for folder in (*folders, *_LIBRARIES))
    return next((path for path in paths if path.is_file()), None)


def _and(names: list[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _how(missing: list[str]) -> str:
    """The commands that install what is missing."""
    debian = [f"r-bioc-{name.lower()}" for name in missing if name in _IN_DEBIAN]
    others = [name for name in missing if name not in _IN_DEBIAN]
    steps = [f"On Debian: `apt install --no-install-recommends {' '.join(debian)}`"] if debian else []
    if others:
        steps.append(
            f"Debian has no {others[0]}: unpack its source package of bioconductor.org and name the database "
            f"inst/extdata/{others[0].removesuffix('.db')}.sqlite by --org"
        )
    return ". ".join((*steps, "Or name two files of geneontology.org by --obo and --gaf")) + "."


@contextmanager
def _opened(path: Path, needed: tuple[str, ...], what: str) -> Iterator[_Query]:
    """Give what runs a query on a database that has the needed tables."""
    remedy = f"Name {what}."
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        except sqlite3.DatabaseError as error:
            raise bad_input(path.name, "", "no_database", f"the file is no SQLite database: {error}", remedy) from None
        if missing := [name for name in needed if name not in tables]:
            message = f"the database has no table {', '.join(missing)}"
            raise bad_input(path.name, "", "other_database", message, remedy)
        yield _Query(connection)


class _Query:
    """Rows of a query."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __call__(self, sql: str) -> list[tuple[str, ...]]:
        return self._connection.execute(sql).fetchall()

    def pairs(self, sql: str) -> list[tuple[str, str]]:
        return [(first, second) for first, second in self(sql)]
