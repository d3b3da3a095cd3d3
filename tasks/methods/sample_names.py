"""Names that tools give to samples, matched to the names in samples.csv. Ambiguity is never guessed."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from schemas.errors import Problem, Severity
from tasks.contracts import Context, RawFile
from tasks.methods.id_matching import names_another, telling_words

# What aligners, trimmers and counters append to a sample's name; stripped again and again from the end
_SUFFIX = re.compile(
    r"""(?:
        \.(?:bam|sam|cram|bed|gtf|gff3?|txt|tsv|csv|tab|out|gz|sf|h5|fastq|fq|results?|genes|summary|junction)
      | [._-]?Aligned (?:\.sortedByCoord|\.toTranscriptome)? (?:\.out)?
      | [._-]?(?:ReadsPerGene|accepted_hits|abundance)
      | [._-](?:sorted|sort|markdup|rmdup|dedup|deduped|umi_dedup|trimmed|trim|clean|val_[12]|primary|unique|subset)
      | [._-](?:star|hisat2?|tophat2?|bowtie2?|bwa|salmon|kallisto|htseq|featurecounts|rsem)(?:[._-]aligned)?
      | [._-](?:aligned|mapped|quant|raw|collapsed)
      | [._-]?Chimeric
      | (?:[._-]+|^)(?:circularRNA_(?:known|full)|circ_known|circ_fusion|circular_RNAs|circJuncProbs|circRNA_list
          |circ_candidates|circ_splice_sites|splice_sites|Brief_sum|circs?|circRNAs?|ciri[23]?|ciriquant|circexplorer[23]?
          |find_circ|mapsplice2?|knife|nclscan|uroborus|circmarker|dcc|segemehl|mirtop|mirdeep2|expression_counts)
      | \.(?:mirnas|isoforms)\.quantification
      | [._-]?(?:read|gene|exon|raw|expected)?[._-]counts?
      | _S[0-9]+(?:_L00[0-9])?(?:_R[12])?(?:_001)?
      | _L00[0-9](?:_R[12])?(?:_001)?
      | _R[12](?:_001)?
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_PREFIX = re.compile(r"^(?:read_?counts?|raw_?counts?|expected_?counts?|counts?)[._-]", re.IGNORECASE)
_GENERIC = {"", "quant", "abundance", "counts", "count", "gene_counts", "readspergene.out", "results", "output"}
_SEPARATORS = re.compile(r"[\s._-]+")
_NUMBER = re.compile(r"[0-9]{1,18}(?=[^0-9]*$)")  # longer ones are no numbers of samples
_DIGITS = re.compile(r"[0-9]+")
_NAMED = 5  # unknown samples that a message spells out


def match_samples(names: Sequence[str], known: Collection[str]) -> dict[str, str | None]:
    """Sample id of each name, null where none or more than one fits.

    A name fits exactly, else after its folder and what tools append to it are taken off
    (``/data/S1/S1_L001.sorted.bam``), else when exactly one folder of its path fits so. Names
    that differ by case, hyphen, underscore or dot are not matched. Two names of one sample
    (lanes) match none of them, unless one is exact.
    """
    known = frozenset(known)
    found = {name: name if name in known else _fit(name, known) for name in names}
    claims = Counter(found.values())
    return {
        name: sample if sample is None or name == sample or claims[sample] == 1 else None
        for name, sample in found.items()
    }


def match_materials(matched: Mapping[str, str | None], materials: Collection[str]) -> dict[str, str]:
    """Materials among the names that no sample has (``match_samples``); they fit exactly or not at all."""
    return {name: name for name, sample in matched.items() if sample is None and name in materials}


def stripped(name: str) -> str:
    """The last telling part of a path without what tools append to a sample's name.

    ``S1/quant.sf`` gives ``S1``; a name that consists of such words only stays as it is.
    """
    path = PurePosixPath(name.strip().replace("\\", "/"))
    for part in reversed(path.parts):
        bare = _bare(part)[-1]
        if bare.casefold() not in _GENERIC:
            return bare
    return name.strip()


def sample_of_file(raw: RawFile, context: Context, written: str | None = None) -> tuple[str, tuple[Problem, ...]]:
    """Sample of a file that holds one, and a warning when samples.csv does not know it.

    files.csv decides; else the name ``written`` in the file, the file's name or one of its folders.
    """
    known = context.study.sample_ids
    if context.row and context.row.sample:
        name = context.row.sample
    else:
        candidates = [*([written] if written else []), raw.name]
        found = [sample for c in candidates if (sample := match_samples([c], known)[c])]
        name = found[0] if found else stripped(candidates[0])
    return name, unknown_samples(raw, [name], known, rows="counts")


def named_samples(
    raw: RawFile, names: Sequence[str], known: Collection[str]
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The sample id of each column where it is certain, else the column's own name; one problem for the others."""
    matched = match_samples(names, known)
    given = tuple(matched[name] or name for name in names)
    fits = {name: _fit(name, frozenset(known)) for name in names if matched[name] is None}
    shared = [name for name, fit in fits.items() if fit]
    unfit, used = [name for name, fit in fits.items() if not fit], {s for s in matched.values() if s}
    problems = unknown_samples(raw, unfit, known, rows="counts", used=used, place=f"column {unfit[0]}" if unfit else "")
    problems = tuple(_unused(p) if len(unfit) == len(names) and p.severity == Severity.WARNING else p for p in problems)
    if shared:
        problems += (
            Problem(
                Severity.WARNING,
                raw.name,
                "",
                shared[0],
                "ambiguous_sample",
                f"{', '.join(map(repr, shared[:_NAMED]))} look like the same sample {fits[shared[0]]!r}",
                "Add up lanes of one culture before, or give each column its own row in samples.csv; "
                "until then these counts are kept without a sample.",
            ),
        )
    return given, problems


def _unused(problem: Problem) -> Problem:
    """Told as what is left out: no column of the file has a sample."""
    return replace(problem, severity=Severity.LOCAL, message=f"{problem.message}, so nothing of this file is used")


def unknown_samples(
    raw: RawFile,
    names: Sequence[str],
    known: Collection[str],
    *,
    rows: str = "rows",
    used: Collection[str] = (),
    place: str = "",
) -> tuple[Problem, ...]:
    """One problem for all names that samples.csv does not have, with the likely matches.

    It is a warning, unless a likely match is none of the samples ``used`` elsewhere in the file: that is left out.
    ``rows`` is what the file gives of a sample: counts, wells.
    """
    unknown = [name for name in names if name not in known]
    if not unknown:
        return ()
    shown = ", ".join(repr(name) for name in unknown[:_NAMED]) + (
        f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
    )
    likely = _likely_ones(unknown, known, used)
    remedy = f"Add the sample to samples.csv or correct its name; until then its {rows} are kept without a sample."
    message = f"samples.csv has no sample called {shown}"
    severity = Severity.WARNING
    if not likely and not used and (numbered := _numbered_alike(unknown, known)):
        pairs = ", ".join(f"{name!r} is {guess!r}" for name, guess in numbered[:_NAMED])
        remedy = f"If both are numbered in the same order, {pairs}: then write the file's names into samples.csv."
        severity, message = Severity.LOCAL, f"{message}, so nothing of this file is used"
    if likely:
        pairs = ", ".join(f"{name!r} is {guess!r}" for name, guess in likely[:_NAMED])
        remedy = f"Likely {pairs}: make the names equal in the file or in samples.csv."
        lost = [guess for _, guess in likely if guess not in used]
        if lost:
            severity = Severity.LOCAL
            message = f"{message}, so {', '.join(lost[:_NAMED])} {'is' if len(lost) == 1 else 'are'} left out"
    return (Problem(severity, raw.name, place, unknown[0], "unknown_sample", message, remedy),)


def _bare(part: str) -> list[str]:
    """A name, then the name as suffix after suffix comes off."""
    steps = [part]
    while shorter := _SUFFIX.sub("", steps[-1]):
        if shorter == steps[-1]:
            break
        steps.append(shorter)
    return [*steps, *([] if shorter else [""])]


def _fit(name: str, known: frozenset[str]) -> str | None:
    parts = PurePosixPath(name.strip().replace("\\", "/")).parts
    for part in parts[-1:]:
        for step in (*_bare(part), *_bare(_PREFIX.sub("", part))):
            if step in known:
                return step
    folders = {step for part in parts[:-1] for step in _bare(part) if step in known}
    return folders.pop() if len(folders) == 1 else None


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.casefold()).removeprefix("x")


def _numbered_alike(unknown: Sequence[str], known: Collection[str]) -> list[tuple[str, str]]:
    """Pairs by number, where a file and samples.csv have as many names, all of one word each with a number."""
    both = ([stripped(name) for name in unknown], list(known))
    stems = [{_NUMBER.sub("", name) for name in names} for names in both]
    numbers = [[int(found[-1]) for name in names if (found := _NUMBER.findall(name))] for names in both]
    if len(unknown) < 2 or any(len(stem) > 1 for stem in stems) or len(known) != len(unknown):  # noqa: PLR2004  # one says nothing
        return []
    if any(len(set(n)) < len(known) for n in numbers):
        return []
    names = [name for _, name in sorted(zip(numbers[0], unknown, strict=True))]
    samples = [name for _, name in sorted(zip(numbers[1], known, strict=True))]
    return list(zip(names, samples, strict=True))


def _likely_ones(unknown: Sequence[str], known: Collection[str], used: Collection[str]) -> list[tuple[str, str]]:
    """Names with the sample that each must mean: one that the file names nowhere else, nor two of these.

    Two names of a file are two things, and a word that tells samples apart is no slip: equal names would mix them.
    """
    words, beside = telling_words(known), telling_words([*unknown, *used])
    free = [sample for sample in known if sample not in used]
    found = [(name, guess) for name in unknown if (guess := _likely(name, free, words, beside))]
    claims = Counter(guess for _, guess in found)
    return [(name, guess) for name, guess in found if claims[guess] == 1]


def _likely(name: str, known: Collection[str], words: Collection[str], beside: Collection[str]) -> str | None:
    """The one known sample that differs by case, separators, R's X or a typing slip, or that the name begins with.

    Names whose numbers differ are different replicates, not slips, as are those that a word tells apart (see
    ``names_another``).
    """
    bare = stripped(name)
    equal = [sample for sample in known if _plain(sample) in {_plain(name), _plain(bare)}]
    alike = [s for s in known if _DIGITS.findall(s) == _DIGITS.findall(bare)]
    close = difflib.get_close_matches(bare, sorted(alike), n=2, cutoff=0.8)
    begun = [sample for sample in known if re.match(rf"{re.escape(sample)}[\s._-]", name)]
    found = equal or [s for s in close or begun if not names_another(bare, s, words, beside)]
    return found[0] if len(found) == 1 else None
