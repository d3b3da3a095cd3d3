"""Tables of several tools through the whole engine: a library each, one fit each, host genes and linear reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tasks.engine import ingest
from tasks.engine.context import open_warehouse
from tasks.engine.study_files import read_folder
from tests.night import night

NOT_ASKED_FOR = {"skipped", "no_gene_sets"}  # targets and gene sets, which the study does not name
SAMPLES = ["C1", "C2", "C3", "T1", "T2", "T3"]
YAML = """study_id: formats
title: Genes, miRNAs and circRNAs of different tools
conditions:
  - {id: control, label: Control}
  - {id: treated, label: Treated}
expression: {methods: [deseq2]}
annotation: {features: reference/features.csv}
"""
GENES = [f"ENSG{i:011}" for i in range(80)]
MIRNAS = [f"hsa-miR-{i}-5p" for i in range(1, 61)]


def counts(rows: int, mean: float, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Negative binomial counts, features × samples; the first ten are eightfold in the treated cultures."""
    rng = np.random.default_rng(seed)
    means = np.repeat(rng.lognormal(np.log(mean), 1, (rows, 1)) + 5, len(SAMPLES), axis=1)
    means[:10, 3:] *= 8
    return rng.poisson(rng.gamma(10, means / 10))


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def genes(folder: Path) -> None:
    table = counts(len(GENES), 200, 1)
    rows = "".join(f"{g},{','.join(map(str, row))}\n" for g, row in zip(GENES, table.tolist(), strict=True))
    write(folder, "landing/gene_counts.csv", f"gene_id,{','.join(SAMPLES)}\n{rows}")


def mirnas(folder: Path) -> None:
    head = "#miRNA\tread_count\tprecursor\ttotal\t" + "\t".join([*SAMPLES, *(f"{s}(norm)" for s in SAMPLES)])
    lines = [head]
    for name, row in zip(MIRNAS, counts(len(MIRNAS), 300, 2).tolist(), strict=True):
        cells = [f"{n:.2f}" for n in row]
        lines.append("\t".join([name, f"{sum(row):.2f}", name.lower(), f"{sum(row):.2f}", *cells, *cells]))
    write(folder, "landing/miRNAs_expressed_all_samples_7.csv", "\n".join(lines) + "\n")


def ciri(folder: Path) -> None:
    head = "circRNA_ID\tchr\tcircRNA_start\tcircRNA_end\t#junction_reads\tSM_MS_SMS\t#non_junction_reads"
    head += "\tjunction_reads_ratio\tcircRNA_type\tgene_id\tstrand\tjunction_reads_ID\n"
    table = counts(40, 20, 3)
    for column, sample in enumerate(SAMPLES):
        rows = [
            f"chr1:{1000 * i + 1}|{1000 * i + 400}\tchr1\t{1000 * i + 1}\t{1000 * i + 400}\t{n}\t1_1_1\t{2 * n}"
            f"\t0.5\texon\t{GENES[i]},\t+\tr\n"
            for i, n in enumerate(table[:, column].tolist())
            if n  # CIRI lists what it found
        ]
        write(folder, f"landing/circ/{sample}.ciri2.txt", head + "".join(rows))


def dcc(folder: Path) -> None:
    head = "Chr\tStart\tEnd\t" + "\t".join(f"{s}.Chimeric.out.junction" for s in SAMPLES)
    table = counts(40, 20, 3)
    places = [f"chr1\t{1000 * i + 1}\t{1000 * i + 400}" for i in range(40)]
    for name, times in (("CircRNACount", 1), ("LinearCount", 2)):
        rows = ["\t".join([p, *(str(times * n) for n in row)]) for p, row in zip(places, table.tolist(), strict=True)]
        write(folder, f"landing/dcc/{name}", "\n".join([head, *rows]) + "\n")
    coordinates = [f"{p}\tG{i}\t1\t+\texon-exon\texon" for i, p in enumerate(places)]
    title = "Chr\tStart\tEnd\tGene\tJunctionType\tStrand\tStart-End Region\tOverallRegion"
    write(folder, "landing/dcc/CircCoordinates", "\n".join([title, *coordinates]) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    study = tmp_path / "study"
    rows = "".join(f"{s},{'control' if s[0] == 'C' else 'treated'},D{s},{s[1]}\n" for s in SAMPLES)
    write(study, "study.yaml", YAML)
    write(study, "samples.csv", f"sample,condition,donor,replicate\n{rows}")
    write(study, "contrasts.csv", "id,variable,reference,target,blocking\nt_vs_c,condition,control,treated,none\n")
    biotypes = ["protein_coding", "lincRNA", "miRNA", "antisense"]
    lines = "".join(f"{g},G{i},{biotypes[i % 4]}\n" for i, g in enumerate(GENES))
    write(study, "reference/features.csv", f"feature_id,symbol,biotype\n{lines}")
    genes(study)
    mirnas(study)
    return study


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with open_warehouse(home).open("test") as session:
        return session.query(sql).rows()


def test_three_libraries_of_three_tools_are_fitted_apart(folder: Path, tmp_path: Path) -> None:
    ciri(folder)
    assert {p.rule for p in ingest.check(read_folder(folder))} == NOT_ASKED_FOR
    home = tmp_path / "home"
    summary = night(folder, home, is_drawn=False)
    assert {(f.parser, f.status) for f in summary.files} == {
        ("count_matrix", "loaded"), ("mirdeep2", "loaded"), ("ciri", "loaded"),
    }  # fmt: skip
    assert {(p.status, p.reason) for p in summary.parts if p.analysis == "differential_expression"} == {("done", None)}
    found = rows(
        home, "SELECT library, rna_class, count(*) FROM result.differential_expression GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert found == [
        ("circrna", "circrna", 40), ("gene", "lncrna", 40), ("gene", "mrna", 20), ("gene", "other", 20),
        ("mirna", "mirna", 60),
    ]  # fmt: skip
    up = rows(home, "SELECT library, count(*) FROM result.differential_expression WHERE direction = 'up' GROUP BY 1")
    assert all(9 <= int(str(n)) <= 12 for _, n in up)  # ten were made eightfold
    assert {library for library, _ in up} == {"gene", "mirna", "circrna"}
    hosts = "SELECT host_gene_id, host_gene FROM core.features WHERE feature_id = 'chr1:1001|1400|+'"
    assert rows(home, hosts) == [(GENES[1], "G1")]
    circular, linear = rows(
        home, "SELECT sum(count), sum(linear_count) FROM core.feature_counts WHERE library = 'circrna'"
    )[0]
    assert float(str(linear)) == 2 * float(str(circular)) > 0
    assert rows(home, "SELECT count(*) FROM core.feature_counts WHERE library <> 'circrna' AND linear_count >= 0") == [
        (0,)
    ]
    assert night(folder, home, is_drawn=False).is_unchanged


def test_a_table_beside_the_counts_is_read_with_them_and_again_when_it_changes(folder: Path, tmp_path: Path) -> None:
    dcc(folder)
    home = tmp_path / "home"
    assert {p.rule for p in ingest.check(read_folder(folder))} == NOT_ASKED_FOR
    summary = night(folder, home, is_drawn=False)
    assert {f.file_name: f.status for f in summary.files if f.parser == "dcc"} == dict.fromkeys(
        [f"landing/dcc/{name}" for name in ("CircRNACount", "CircCoordinates", "LinearCount")], "loaded"
    )
    hosts = "SELECT host_gene_id, host_gene FROM core.features WHERE feature_id = 'chr1:3001|3400|+'"
    assert rows(home, hosts) == [(GENES[3], "G3")]
    assert night(folder, home, is_drawn=False).is_unchanged
    coordinates = folder / "landing/dcc/CircCoordinates"
    coordinates.write_text(coordinates.read_text().replace("\tG3\t", "\tG4\t"))
    read = {f.file_name for f in night(folder, home, is_drawn=False).files}
    assert read >= {"landing/dcc/CircCoordinates", "landing/dcc/CircRNACount"}
    assert rows(home, hosts) == [(GENES[4], "G4")]
    assert night(folder, home, is_drawn=False).is_unchanged


def test_two_tools_of_the_same_samples_wait_for_a_choice_and_may_be_merged(folder: Path, tmp_path: Path) -> None:
    ciri(folder)
    dcc(folder)
    home = tmp_path / "home"
    skipped = [p for p in night(folder, home, is_drawn=False).parts if p.status == "skipped" and "circrna" in p.part]
    assert "differential_expression" in {p.analysis for p in skipped}
    assert all("expression.source is not set" in str(p.reason) for p in skipped)
    tested = "SELECT count(*) FROM result.differential_expression WHERE library = 'circrna'"
    assert rows(home, tested) == [(0,)]
    write(
        folder, "study.yaml", YAML.replace("[deseq2]", "[deseq2], source: {circrna: merged}, min_count: {circrna: 90}")
    )
    summary = night(folder, home, is_drawn=False)
    assert [p for p in summary.parts if p.status != "done" and "expression.source" in str(p.reason)] == []
    assert rows(home, tested) == [(40,)]
    told = rows(home, "SELECT message FROM ops.validation_results WHERE rule = 'tools_merged'")
    assert [str(message).split(",")[0] for (message,) in told] == [
        "40 of 40 circRNAs were found by 2 of the tools ciri"
    ]
    rare = rows(home, f"{tested} AND na_reason = 'low_count' AND base_mean < 30")
    by_hand = int((counts(40, 20, 3).sum(axis=1) < 90).sum())
    assert rare == [(by_hand,)]
    assert by_hand > 0
    assert rows(home, f"{tested.replace('circrna', 'gene')} AND na_reason = 'low_count'") == [(0,)]
