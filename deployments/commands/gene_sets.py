"""``gene-sets``: gene sets of GO for a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from deployments.terminal import out, tell

commands = typer.Typer()


@commands.command("gene-sets")
def gene_sets(
    out_file: Annotated[
        Path, typer.Argument(metavar="OUT.gmt.gz", help="File to write; best in a study's reference/.")
    ],
    ontology: Annotated[
        Literal["BP", "MF", "CC"],
        typer.Option(help="Biological process, molecular function or cellular component."),
    ] = "BP",
    evidence: Annotated[
        str, typer.Option(metavar="CODES", help="Take only annotations by this evidence, e.g. EXP,IDA,IMP.")
    ] = "",
    exclude_evidence: Annotated[
        str, typer.Option(metavar="CODES", help="Leave out annotations by this evidence, e.g. IEA (not reviewed).")
    ] = "",
    regulates: Annotated[
        bool,
        typer.Option(
            "--regulates/--no-regulates",
            help="Whether what regulates a process belongs to it (as in Bioconductor), or only its kinds and parts.",
        ),
    ] = True,
    organism: Annotated[str, typer.Option(help="Organism of database or library: human, mouse, rat, …")] = "human",
    org: Annotated[Path | None, typer.Option(metavar="FILE", help="Gene database, e.g. org.Mm.eg.sqlite.")] = None,
    go: Annotated[Path | None, typer.Option(metavar="FILE", help="Ontology database, GO.sqlite.")] = None,
    obo: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of databases: go-basic.obo.")] = None,
    gaf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Annotations beside --obo: goa_human.gaf.gz.")
    ] = None,
    taxon: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Organism of a GAF file that holds several, e.g. 9606.")
    ] = None,
    library: Annotated[
        str | None, typer.Option(metavar="NAME", help="Fetch this library of Enrichr instead (needs the internet).")
    ] = None,
) -> None:
    """Build the gene sets of GO, offline, for `enrichment.gene_sets`.

    A set has the genes of its term and of all terms below. Terms and genes come from the databases of Debian's
    `r-bioc-go.db` and `r-bioc-org.hs.eg.db` (R itself is not needed) or, with `--obo` and `--gaf`, from the
    consortium's own files. Version and licence are written into the file and recorded with the study.

    `benchlake gene-sets my-study/reference/go_bp.gmt.gz --exclude-evidence IEA`
    """
    from deployments.gene_sets import Request, write_gene_sets

    codes, without = (
        tuple(code.strip().upper() for code in text.split(",") if code.strip()) for text in (evidence, exclude_evidence)
    )
    request = Request(
        out_file, ontology, codes, without, organism.lower(), regulates, org, go, obo, gaf, taxon, library
    )
    sentence, lines = write_gene_sets(request, tell)
    out.print(sentence, markup=False, highlight=False)
    tell("next, in study.yaml:")
    out.print(lines, markup=False, highlight=False)
