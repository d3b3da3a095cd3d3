"""Tables that stay readable in a narrow terminal: no word and no number is broken over two lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

LONGEST = 40  # letters of a word that a column is made wide enough for; a hash needs a line of its own
GAP = 2  # between columns
FEWEST = 2  # rows that can have a value in common


@dataclass(frozen=True)
class Rows:
    """Rows of texts under ``names``, laid out for the terminal's width.

    Side by side where each column has room for its longest word (``unbroken`` columns, numbers, for every cell).
    Else what all rows share is said once above them; then rows that share a long text stand together under it; and
    where even that is too wide, each row is a list of its columns, one a line.
    """

    names: Sequence[str]
    cells: Sequence[Sequence[str]]
    unbroken: frozenset[str] = frozenset()

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lay the rows out for the width that there is."""
        kept = list(range(len(self.names)))
        if self._narrowest(kept) > options.max_width:
            shared = [i for i in kept if len(self.cells) >= FEWEST and self._distinct(i) == 1]
            said = [f"{self.names[i]}={self.cells[0][i]}" for i in shared if self.cells[0][i]]
            yield from [Text(" ".join(said), style="dim")] if said else []
            kept = [i for i in kept if i not in shared]
        if self._narrowest(kept) <= options.max_width:
            yield self._table(kept, options.max_width)
            return
        grouped = [i for i in kept if 1 < self._distinct(i) <= len(self.cells) // 2 and i not in self._numbers]
        if grouped:
            yield from self._groups(kept, max(grouped, key=self._least))
        else:
            yield from self._upright(kept)

    @property
    def _numbers(self) -> set[int]:
        return {i for i, name in enumerate(self.names) if name in self.unbroken}

    def _distinct(self, index: int) -> int:
        return len({row[index] for row in self.cells})

    def _groups(self, kept: Sequence[int], by: int) -> Iterator[RenderableType]:
        """Rows with one value of a column under that value, in order of first mention."""
        for value in dict.fromkeys(row[by] for row in self.cells):
            yield Text(f"{self.names[by]} {value or '(none)'}", style="dim")
            others = [i for i in kept if i != by]
            rows = [[row[i] for i in others] for row in self.cells if row[by] == value]
            yield Padding(Rows([self.names[i] for i in others], rows, self.unbroken), (0, 0, 0, GAP))

    def _narrowest(self, kept: Sequence[int]) -> int:
        return sum(self._least(i) for i in kept) + GAP * (len(kept) - 1)

    def _least(self, index: int) -> int:
        """Letters that a column needs: its name, and its cells where they are numbers, else its longest word."""
        name, texts = self.names[index], [row[index] for row in self.cells]
        words = texts if index in self._numbers else [w[:LONGEST] for text in texts for w in text.split()]
        return max(Text(word).cell_len for word in (name, *words))

    def _widths(self, kept: Sequence[int], room: int) -> dict[int, int]:
        """What each column gets: what it needs, and of the rest as much as its cells fill, short ones first."""
        found = {i: self._least(i) for i in kept}
        left = room - self._narrowest(kept)
        wanted = {i: max([Text(row[i]).cell_len for row in self.cells], default=0) - found[i] for i in kept}
        for count, i in enumerate(sorted(kept, key=wanted.__getitem__)):
            more = max(0, min(wanted[i], left // (len(kept) - count)))
            found[i], left = found[i] + more, left - more
        return found

    def _table(self, kept: Sequence[int], room: int) -> Table:
        grid = Table(show_edge=False, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim", box=None)
        for i, width in self._widths(kept, room).items():
            grid.add_column(self.names[i], justify="right" if i in self._numbers else "left", width=width)
        for row in self.cells:
            grid.add_row(*(Text(row[i], overflow="fold") for i in kept))
        return grid

    def _upright(self, kept: Sequence[int]) -> Iterator[RenderableType]:
        for number, row in enumerate(self.cells, start=1):
            yield Rule(f"{number} of {len(self.cells)}", align="left", style="dim")
            yield _pairs([(self.names[i], row[i]) for i in kept if row[i]])


def _pairs(said: Sequence[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in said:
        grid.add_row(name, Text(value))
    return grid
