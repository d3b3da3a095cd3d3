"""Which studies are registered in a home, asked every minute without disturbing the writer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from warehouse.store import Warehouse

PATIENCE_S = 2.0  # a writer at work is not waited for: the next minute will do


class Registry:
    """Called with a home, gives the folder of each registered study by study_id.

    Also of studies that were never published, so that a first night that failed is tried
    again. The warehouse is opened only when its file changed since the last call. Raises
    ``UserError`` while another process writes.
    """

    def __init__(self) -> None:
        """Start without having read anything."""
        self._seen: tuple[Path, int] | None = None
        self._studies: Mapping[str, Path] = {}

    def __call__(self, home: Path) -> Mapping[str, Path]:
        """The folders by study_id; none in a home without a warehouse."""
        warehouse = Warehouse(home, PATIENCE_S)
        if not warehouse.path.exists():
            return {}
        if self._seen != (home, warehouse.path.stat().st_mtime_ns):
            with warehouse.open("list the registered studies") as session:
                rows = session.read("core.studies", {}, ["study_id", "path"]).sort("study_id").iter_rows()
                self._studies = {study_id: Path(path) for study_id, path in rows}
            self._seen = (home, warehouse.path.stat().st_mtime_ns)
        return self._studies
