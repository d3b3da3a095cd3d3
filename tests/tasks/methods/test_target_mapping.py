from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl

from tasks.contracts import RawFile
from tasks.methods.target_mapping import MAPPED, mapped_targets, name_mappings
from tasks.parsers.mirna_target_table import PARSER
from tests.tasks.parsers.bench_files import context

FEATURES = pl.DataFrame(
    [
        ("gene", "ENSG00000171862.11", "PTEN", "mrna"),
        ("gene", "ENSG00000229807", "XIST", "lncrna"),
        ("gene", "ENSG00000141510", "TP53", "mrna"),
        ("gene", "ENSG00000155438", "NIFK", "mrna"),
        ("circrna", "chr11:33286412|33287511", None, "circrna"),
        ("circrna", "hsa_circ_0000284", None, "circrna"),
        ("mirna", "hsa-miR-21-5p", "hsa-miR-21-5p", "mirna"),
        ("mirna", "hsa-miR-124-3p", "hsa-miR-124-3p", "mirna"),
    ],
    schema=["library", "feature_id", "symbol", "rna_class"],
    orient="row",
)
ALIASES = pl.DataFrame(
    [("MKI67IP", "NIFK"), ("P53", "TP53"), ("X1", "TP53"), ("X1", "PTEN"), ("XIST", "XIST")],
    schema=["alias", "symbol"],
    orient="row",
)


def targets(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    about = {"target_class": None, "source": "own", "evidence": "CLIP", "tier": "high_throughput", "site_count": None}
    schema = {"mirna": pl.String, "target_id": pl.String, "target_symbol": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.lit(value, pl.String).alias(name) for name, value in about.items()
    )


def test_targets_are_found_by_id_version_place_symbol_and_alias() -> None:
    rows = [
        ("ENSG00000229807", None, "exact", "ENSG00000229807"),
        ("ENSG00000171862.4", "X", "version", "ENSG00000171862.11"),
        ("chr11:33286412-33287511", None, "place", "chr11:33286412|33287511"),
        ("11:33286412|33287511|+", None, "place", "chr11:33286412|33287511"),
        ("hsa_circ_0000284", None, "exact", "hsa_circ_0000284"),
        ("TP53", "TP53", "symbol", "ENSG00000141510"),
        ("ENSG99999999999", "TP53", "symbol", "ENSG00000141510"),
        ("Xist", "Xist", "symbol_case", "ENSG00000229807"),
        ("MKI67IP", None, "alias", "ENSG00000155438"),
    ]
    found = name_mappings(targets(*(("hsa-miR-21-5p", i, s) for i, s, _, _ in rows)), FEATURES, None, ALIASES)
    told = {(r["name"], r["symbol"]): (r["rule"], r["feature_id"]) for r in found.to_dicts() if r["side"] == "target"}
    assert told == {(i, s): (rule, feature) for i, s, rule, feature in rows}


def test_circles_are_mapped_by_strand_and_from_starts_of_either_origin() -> None:
    circles = ["chr1:100|200|+", "chr2:100|200|+", "chr2:100|200|-", "chr3:99-200(+)", "chr4:100|200", "chr5:99|200|+"]
    features = pl.DataFrame({"feature_id": [*circles, "chr5:100|200|+"]}).with_columns(
        pl.lit("circrna").alias("library"), pl.lit(None, pl.String).alias("symbol")
    )
    expected = {
        "1:100|200|-": None,
        "chr1:99-200": "chr1:100|200|+",
        "chr1:98-200": None,
        "2:100-200:-": "chr2:100|200|-",
        "3:99|200": "chr3:99-200(+)",
        "chr4:99-200(-)": "chr4:100|200",
        "5:99-200": "chr5:99|200|+",
    }
    found = name_mappings(targets(*(("hsa-miR-21-5p", name, None) for name in expected)), features)
    assert dict(found.filter(side="target").select("name", "feature_id").rows()) == expected


def test_what_cannot_be_mapped_is_listed_with_its_pairs() -> None:
    asked = targets(
        ("hsa-miR-21-5p", "X1", None),
        ("hsa-miR-124-3p", "X1", None),
        ("hsa-miR-21-5p", "GENE9", "GENE9"),
        ("hsa-miR-999-5p", "TP53", "TP53"),
        ("hsa-miR-21-5p", "TP53", "TP53"),
    )
    mapped, unmapped = mapped_targets(asked, FEATURES, None, ALIASES)
    assert mapped.rows() == [("hsa-miR-21-5p", "ENSG00000141510", "mrna", "own", "CLIP", "high_throughput")]
    assert mapped.columns == list(MAPPED)
    assert unmapped.rows() == [
        ("mirna", "hsa-miR-999-5p", None, "not_in_study", 1),
        ("target", "GENE9", "GENE9", "not_in_study", 1),
        ("target", "X1", None, "ambiguous_alias", 2),
    ]


def test_two_names_of_one_pair_are_one_pair_and_tiers_stay_apart() -> None:
    one = targets(("hsa-miR-21-5p", "PTEN", "PTEN"), ("miR-21-5p", "ENSG00000171862", None))
    other = one.with_columns(tier=pl.lit("predicted"))
    mapped, _ = mapped_targets(pl.concat([one, other]), FEATURES)
    assert mapped.select("target_id", "tier").rows() == [
        ("ENSG00000171862.11", "high_throughput"),
        ("ENSG00000171862.11", "predicted"),
    ]


def test_nothing_gives_nothing() -> None:
    for asked, features in ((targets(), FEATURES), (targets(("a", "b", "c")), FEATURES.clear())):
        mapped, unmapped = mapped_targets(asked, features)
        assert mapped.schema == pl.Schema(MAPPED)
        assert mapped.is_empty()
        assert unmapped.height == 2 * asked.height


def test_pairs_of_a_real_study_are_those_that_plain_python_finds(shared: Path) -> None:
    study = shared / "studies/tcga_chol"
    lines = [
        line.split("\t")
        for line in gzip.decompress((study / "reference/mirna_targets.tsv.gz").read_bytes()).decode().split("\n")[1:]
    ]
    genes = {
        line.split(",")[0].strip('"') for line in (study / "landing/rna_counts.csv").read_text().split("\n")[1:] if line
    }
    mirnas = {
        line.split(",")[0].strip('"')
        for line in (study / "landing/mirna_counts.csv").read_text().split("\n")[1:]
        if line
    }
    expected = {(row[0], row[1]) for row in lines if len(row) > 1 and row[0] in mirnas and row[1] in genes}
    features = pl.DataFrame(
        [*(("gene", g, None, "mrna") for g in sorted(genes)), *(("mirna", m, m, "mirna") for m in sorted(mirnas))],
        schema={"library": pl.String, "feature_id": pl.String, "symbol": pl.String, "rna_class": pl.String},
        orient="row",
    )
    table = PARSER.parse(RawFile.read(study / "reference/mirna_targets.tsv.gz"), context(assay="mirna_targets"))
    mapped, unmapped = mapped_targets(table.frames["core.mirna_targets"], features)
    assert set(mapped.select("mirna_id", "target_id").rows()) == expected
    assert len(expected) > 4000
    assert set(unmapped["na_reason"]) == {"not_in_study"}
