"""What the spectrum explorer shows, without any widget: view, kept views, marked part, map."""

from dataclasses import replace
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import charts
from semshift_nb.analyses import MAPS, EmbeddingSpaces, SpaceView
from semshift_nb.errors import InputError

#: More lines than these are not told apart.
MOST_KEPT = 6

WHOLE, MARKED, AT_RANDOM = "all", "marked", "at random"

#: Another of these is another space: its dimensions are others too.
_SPACE = ("encoder", "layer", "pooling", "correction")


class Column(NamedTuple):
    """One thing that is compared: a view, or which part of it, and its line's colour."""

    view: SpaceView
    colour: int | None = None
    of: str = WHOLE
    part: NDArray[np.intp] | None = None

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return self.view.name if self.part is None else f"{len(self.part)} {self.of}"


class SpectrumState:
    """The view that is looked at, those kept beside it, and the part that is marked."""

    def __init__(self, spaces: EmbeddingSpaces) -> None:
        self.spaces = spaces
        names = [*spaces.points.encoders, *spaces.points.vectors]
        self.view, *others = (SpaceView(name) for name in names)
        self.kept: dict[SpaceView, int] = {}
        self.map = MAPS[0]
        self.part: NDArray[np.intp] | None = None
        for view in [self.view, *others[:MOST_KEPT]]:
            spaces.prepare(view)
        for view in others[:MOST_KEPT]:
            self.keep(view)

    def wanted(self, **changes: Any) -> SpaceView:  # noqa: ANN401 - the fields of a view
        """Give the view with some changes; what was off stays so only in the same space."""
        view = replace(self.view, **changes)
        same = all(getattr(view, name) == getattr(self.view, name) for name in _SPACE)
        return view if same or "off" in changes else view.whole

    def look_at(self, view: SpaceView) -> None:
        """Look at a view."""
        self.spaces.quick_figures(view, self.part)
        self.view = view

    def toggle(self, dimension: int) -> SpaceView:
        """Give the view with a dimension switched off, or on again."""
        return self.wanted(off=tuple(set(self.view.off) ^ {dimension}))

    def keep(self, view: SpaceView) -> None:
        """Keep a view beside the one that is looked at, in a colour of its own."""
        if len(self.kept) >= MOST_KEPT:
            raise InputError(f"{MOST_KEPT} views are kept, no more can be told apart: remove one.")
        free = (colour for colour in range(1, MOST_KEPT + 1) if colour not in self.kept.values())
        self.kept.setdefault(view, next(free))

    def remove(self, view: SpaceView) -> None:
        """Keep a view no longer."""
        self.kept.pop(view, None)

    def mark(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Mark the points in a rectangle of the map; fewer than two are none."""
        found = self.spaces.within(self.view, self.map, x, y)
        self.part = found if len(found) > 1 else None

    def columns(self) -> list[Column]:
        """Give what is compared: the view, its marked part with as many at random, what is kept."""
        shown = [Column(self.view, 0)]
        if self.part is not None:
            shown.append(Column(self.view, of=MARKED, part=self.part))
            drawn = self.spaces.at_random(len(self.part))
            shown.append(Column(self.view, of=AT_RANDOM, part=drawn))
        kept = [Column(view, colour) for view, colour in self.kept.items()]
        return shown + [column for column in kept if column.view != self.view]

    def moving(self) -> list[Column]:
        """Give of that what can follow a brush."""
        return [column for column in self.columns() if column.of != AT_RANDOM]

    def figures(self) -> pd.DataFrame:
        """Give all figures of what is compared."""
        tables = [
            self.spaces.figures(column.view, column.part).assign(
                view=column.view.name, part=column.of
            )
            for column in self.columns()
        ]
        figures = pd.concat(tables, ignore_index=True)
        return figures[["view", "part", *figures.columns.drop(["view", "part"])]]

    def seen(self, column: Column) -> pd.DataFrame:
        """Give the figures of one column: all of them if they are there, else the quick ones."""
        spaces, view, part = self.spaces, column.view, column.part
        if spaces.measured(view, part):
            return spaces.figures(view, part)
        return spaces.quick_figures(view, part)

    def sentences(self) -> pd.DataFrame:
        """Give the texts of the marked part, the most typical first."""
        return self.spaces.sentences(self.view, self._marked())

    def _marked(self) -> NDArray[np.intp]:
        return np.zeros(0, dtype=np.intp) if self.part is None else self.part

    def chart(self) -> alt.VConcatChart:
        """Draw what is looked at."""
        return charts.spectrum_view({**self.tables(), "texts": self.texts()}, title=self.view.name)

    def texts(self) -> pd.DataFrame:
        """Give the texts of all points."""
        points = self.spaces.points
        there = range(len(points.texts))
        return pd.DataFrame({"point": there, "title": points.titles, "text": points.texts})

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table of the charts but the texts, which no view changes."""
        return {
            **self.spectra(self.columns()),
            "points": self.points(),
            "dimensions": self.spaces.dimensions(self.view),
        }

    def spectra(self, columns: list[Column]) -> dict[str, pd.DataFrame]:
        """Give the lines of what is compared, those of a part apart."""
        return {"spectrum": self.lines(columns), "part": self.part_lines(columns)}

    def lines(self, columns: list[Column]) -> pd.DataFrame:
        """Give the spectrum of every view as a whole."""
        whole = [
            self.spaces.spectrum(column.view).assign(view=column.name, colour=column.colour)
            for column in columns
            if column.part is None
        ]
        return pd.concat(whole, ignore_index=True)

    def part_lines(self, columns: list[Column]) -> pd.DataFrame:
        """Give the spectra of what is marked and of as many at random."""
        parts = [
            self.spaces.spectrum(column.view, column.part).assign(of=column.of, n=len(column.part))
            for column in columns
            if column.part is not None
        ]
        nothing = pd.DataFrame(columns=["component", "share", "of", "n"])
        return pd.concat(parts, ignore_index=True) if parts else nothing

    def points(self) -> pd.DataFrame:
        """Give the map, with what is marked on it."""
        places = self.spaces.places(self.view, self.map)
        picked = self._marked()
        return places.assign(map=self.map, picked=np.isin(places["point"], picked))
