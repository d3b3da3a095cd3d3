"""The docs as a site: every page is in its navigation, every link and anchor leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOI = re.compile(r"^10\.\d{4,9}/[-._;()/:A-Za-z0-9]+$")


def built(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_the_site_is_built_with_names_above_sheets(tmp_path: Path) -> None:
    done = built(ROOT, tmp_path / "site")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "guide" / "designs.html").read_text(encoding="utf-8")
    assert '<code>contrasts.csv</code>:</p>\n<pre><code class="language-csv">id,variable' in page


def test_dead_links_and_pages_that_nobody_reaches_are_refused(tmp_path: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs" / "lost.md").write_text("[gone](guide/gone.md) [gone](study-format.md#gone)", encoding="utf-8")
    done = built(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    for told in ("guide/gone.md", "#gone", 'not included in the "nav"'):
        assert told in done.stderr


def test_links_of_the_readme_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_dois_are_well_formed() -> None:
    texts = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "tasks").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")]
    dois = [doi for path in texts for doi in re.findall(r"\bdoi:([^\s\"'`,{\\]+)", path.read_text(encoding="utf-8"))]
    assert len(dois) > 10
    assert [doi for doi in dois if not DOI.match(doi.rstrip(".);:"))] == []
