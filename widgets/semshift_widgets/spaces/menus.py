"""The menus and sliders of the spectrum explorer: a view, dialled."""

from typing import Any

import ipywidgets as ipw

from semshift_nb.analyses import CORRECTIONS, EmbeddingSpaces, SpaceView

_INPUT, _OUTPUT = "input", "output"
_POOLINGS = ("mean", "cls", "max")


class SpectrumMenus:
    """One widget for each field of a view; those that an encoder has no use for are hidden."""

    def __init__(self, spaces: EmbeddingSpaces, view: SpaceView) -> None:
        self._spaces = spaces
        names = [*spaces.points.encoders, *spaces.points.vectors]
        self.encoder = ipw.Dropdown(options=names, description="Space")
        self.correction = ipw.Dropdown(options=list(CORRECTIONS), description="Correction")
        self.layer = ipw.SelectionSlider(
            options=[_OUTPUT], description="Layer", continuous_update=False
        )
        self.pooling = ipw.Dropdown(options=_POOLINGS, description="Pooling")
        self.tau = ipw.FloatSlider(
            value=1, min=0.3, max=2, step=0.05, description="tau", continuous_update=False
        )
        self.parts = [self.encoder, self.layer, self.pooling, self.correction, self.tau]
        for part in self.parts:
            part.layout = ipw.Layout(width="262px")
        self.filling = False
        self.show(view)

    def fields(self) -> dict[str, Any]:
        """Give the fields of the view that the menus say."""
        has_layers = self._has_layers(self.encoder.value)
        layer = _layer(self.layer.value) if has_layers else None
        return {
            "encoder": self.encoder.value,
            "layer": layer,
            "pooling": None if layer is None else self.pooling.value,
            "tau": round(self.tau.value, 6) if has_layers else 1.0,
            "correction": self.correction.value,
        }

    def show(self, view: SpaceView) -> None:
        """Set the menus to a view; that is no choice of the reader's."""
        self.filling = True
        self.encoder.value = view.encoder
        self.offer(view.encoder)
        self.layer.value = _word(view.layer)
        self.pooling.value = view.pooling or self.pooling.value
        self.tau.value = view.tau
        self.correction.value = view.correction
        self.filling = False

    def offer(self, encoder: str) -> None:
        """Offer the layers of an encoder, and hide what it has no use for."""
        has_layers = self._has_layers(encoder)
        n_layers = self._spaces.points.encoders[encoder].n_layers or 0 if has_layers else 0
        inner = [_word(layer) for layer in range(n_layers + 1)] if has_layers else []
        options = (*inner, _OUTPUT)
        if self.layer.options != options:
            # New options choose the first of them: the reader's layer stays if it is there.
            kept = self.layer.value if self.layer.value in options else _OUTPUT
            self.filling, filling = True, self.filling
            self.layer.options = options
            self.layer.value = kept
            self.filling = filling
        for part in (self.layer, self.tau, self.pooling):
            part.layout.display = "" if has_layers else "none"

    def _has_layers(self, encoder: str) -> bool:
        encoders = self._spaces.points.encoders
        return encoder in encoders and encoders[encoder].n_layers is not None


def _word(layer: int | None) -> str:
    return _OUTPUT if layer is None else _INPUT if layer == 0 else str(layer)


def _layer(word: str) -> int | None:
    return None if word == _OUTPUT else 0 if word == _INPUT else int(word)
