"""What the temperature explorer shows, without any widget: setting, text, head, query."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb import charts
from semshift_nb.analyses import SCHEDULES, TemperedTexts, Tempering
from semshift_nb.analyses.lru_cache import LRUCache
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.names import temperature_name
from semshift_widgets.display import packed

#: The temperatures of a sweep: evenly spaced, 1 among them.
SWEPT_TAUS = tuple(round(0.5 + step / 10, 1) for step in range(11))

#: More tokens than this take longer than a second at each temperature: they are swept ahead.
_LIVE_TOKENS = 4_500

_CELLS = 40
#: All swept temperatures together stay within what a chart may hold, and a notebook may keep.
_SWEPT_CELLS = 16
_QUERY_WORDS = 8

#: Charts whose data are kept, some 2 MiB each.
_KEPT = 64


class TempScaleState:
    """Some texts at one temperature, with the head, the text and the query that are looked at."""

    def __init__(self, texts: Corpus | Sequence[str], encoder: Encoder, query: str) -> None:
        self.texts = TemperedTexts(texts, encoder)
        self.setting = Tempering()
        self.schedule = SCHEDULES[0]
        self.text = 0
        self.head = (1, 1)
        self.query = query or _beginning(self.texts.texts[0])
        self._drawn: LRUCache[tuple[object, ...], dict[str, Any]] = LRUCache(_KEPT)

    @property
    def live(self) -> bool:
        """Whether the texts are few enough to be encoded anew while a slider moves."""
        return int(self.texts.n_tokens.sum()) <= _LIVE_TOKENS

    def swept_settings(self) -> dict[float, Tempering]:
        """Give the settings of a sweep: every temperature, layers and schedule as they stand."""
        here = self.setting
        return {
            tau: Tempering(tau, here.first_layer, here.last_layer, here.schedule)
            for tau in SWEPT_TAUS
        }

    def set(self, *, tau: float, layers: tuple[int, int], schedule: str) -> None:
        """Choose a setting; layers count from 1."""
        n_layers = self.texts.encoder.n_layers
        first, last = layers
        by_length = self.texts.schedule(schedule)
        self.setting = Tempering(tau, first, 0 if last == n_layers else last, by_length)
        self.schedule = schedule

    def look_at(self, layer: int, head: int) -> None:
        """Choose the head whose attention is shown."""
        self.texts.attention_map(self.setting, self.text, layer=layer, head=head, max_cells=1)
        self.head = (layer, head)

    def ask(self, query: str) -> None:
        """Choose the query."""
        self.texts.ranking(self.setting, query)
        self.query = query

    def tables(
        self, setting: Tempering | None = None, *, max_cells: int = _CELLS
    ) -> dict[str, pd.DataFrame]:
        """Give every table of the chart at a setting, the current one if none is named."""
        at, (layer, head) = setting or self.setting, self.head
        return {
            "cosines": self.texts.cosines(at),
            "spectrum": self.texts.spectrum(at),
            "heads": self.texts.heads(at, self.text),
            "attention": self.texts.attention_map(
                at, self.text, layer=layer, head=head, max_cells=max_cells
            ),
            "ranking": self.texts.ranking(at, self.query),
        }

    def figures(self) -> pd.DataFrame:
        """Sum up the current setting."""
        return self.texts.figures(self.setting, self.text)

    def ranking(self) -> pd.DataFrame:
        """Rank the texts for the query."""
        return self.texts.ranking(self.setting, self.query)

    def chart(self) -> alt.VConcatChart:
        """Draw the current setting."""
        return charts.tempering_view(self.tables(), title=self.setting.name, head=self.head)

    def sweep(self) -> alt.VConcatChart:
        """Draw all swept temperatures under one slider."""
        settings = self.swept_settings()
        tables = {tau: self.tables(at, max_cells=_SWEPT_CELLS) for tau, at in settings.items()}
        nearest = min(SWEPT_TAUS, key=lambda tau: math.fabs(tau - self.setting.tau))
        title = f"Ranked for “{self.query}”; attention in “{self.texts.titles[self.text]}”"
        return charts.tempering_sweep(tables, title=title, tau=nearest, head=self.head)

    def swept_figures(self) -> pd.DataFrame:
        """Sum up every swept temperature, a column each."""
        columns = {
            temperature_name(tau): self.texts.figures(at, self.text).set_index("metric")["value"]
            for tau, at in self.swept_settings().items()
        }
        return pd.DataFrame(columns).rename_axis("metric").reset_index()

    def datasets(self) -> dict[str, Any]:
        """Give the data of `chart` alone, for a chart that is already drawn; seen ones at once."""
        shown = (self.setting, self.text, self.head, self.query)
        return self._drawn.get(shown, self._draw)

    def _draw(self) -> dict[str, Any]:
        data = charts.tempering_data(self.tables())
        return {**data, "attention": packed(pd.DataFrame(data["attention"]))}

    def signals(self) -> dict[str, int]:
        """Give the values of the same chart's parameters."""
        layer, head = self.head
        return {"chosen_layer": layer, "chosen_head": head}


def _beginning(text: str) -> str:
    """Give the first words of a text; of a script without spaces, its first characters."""
    return " ".join(text.split()[:_QUERY_WORDS])[:80]
