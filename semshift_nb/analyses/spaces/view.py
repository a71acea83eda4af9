"""One way to look at an embedding space, as a person can dial it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Correction
from semshift_nb.names import temperature_name

AS_IT_IS = "none"

#: How many dimensions a name lists before it only counts them.
_LISTED = 3


def _half(rows: NDArray[np.float64]) -> Correction:
    n_directions = min(len(rows) - 1, rows.shape[1])
    return measures.fit_principal_components(rows, max(1, n_directions // 2))


_FITS: dict[str, Callable[[NDArray[np.float64]], Correction]] = {
    "centred": measures.fit_centring,
    "all but the top": measures.fit_all_but_the_top,
    "whitened": measures.fit_whitening,
    "PCA to half": _half,
}

#: The corrections of `SpaceView`, by name; each is fitted on the very rows that it is shown on.
CORRECTIONS = (AS_IT_IS, *_FITS)


@dataclass(frozen=True)
class SpaceView:
    """One encoder's vectors of some texts: after a layer, at a temperature, corrected, cut down.

    Attributes
    ----------
    encoder : str
        Name of the encoder, or of the vectors.
    layer : int or None
        The layer whose hidden states are pooled, 0 for the input embeddings; None for what the
        model gives.
    pooling : {"mean", "cls", "max"} or None
        How a layer's token states become one vector; None for the model's own.
    tau : float
        Temperature of the attention.
    correction : str
        One of `CORRECTIONS`.
    off : tuple of int
        Dimensions that are left out, after the correction.

    Raises
    ------
    InputError
        If the temperature is not positive, or there is no such correction.

    Examples
    --------
    >>> SpaceView("minilm", layer=3, pooling="cls", tau=0.8).name
    'minilm, layer 3 (cls), tau 0.8'
    >>> SpaceView("minilm", off=(223, 127)).name
    'minilm, without 127, 223'
    """

    encoder: str
    layer: int | None = None
    pooling: str | None = None
    tau: float = 1.0
    correction: str = AS_IT_IS
    off: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.tau < float("inf"):
            raise InputError(f"tau is {self.tau}: expected a number above 0; 1 changes nothing.")
        if self.correction not in CORRECTIONS:
            raise InputError(
                f"correction {self.correction!r} was asked for; there are {', '.join(CORRECTIONS)}."
            )
        object.__setattr__(self, "off", tuple(sorted(set(self.off))))

    @property
    def whole(self) -> "SpaceView":
        """The same with all its dimensions."""
        return replace(self, off=())

    @property
    def plain(self) -> "SpaceView":
        """The same as the encoder gives it: uncorrected, with all its dimensions."""
        return replace(self, correction=AS_IT_IS, off=())

    @property
    def name(self) -> str:
        """The view in words."""
        pooling = f" ({self.pooling})" if self.pooling else ""
        layer = f"layer {self.layer}{pooling}" if self.layer is not None else pooling.strip(" ()")
        tau = temperature_name(self.tau) if self.tau != 1 else ""
        correction = self.correction if self.correction != AS_IT_IS else ""
        return ", ".join(filter(None, [self.encoder, layer, tau, correction, self._without]))

    @property
    def _without(self) -> str:
        if not self.off:
            return ""
        listed = ", ".join(map(str, self.off))
        return f"without {listed if len(self.off) <= _LISTED else f'{len(self.off)} dimensions'}"

    def read_by(self, encoder: Encoder) -> Encoder:
        """Give the encoder that reads texts as this view does, before any correction.

        Parameters
        ----------
        encoder : Encoder
            The encoder that the view names.

        Returns
        -------
        Encoder

        Raises
        ------
        InputError
            If it has no such layer, no such pooling or no attention.
        """
        at = encoder if self.tau == 1 else encoder.at_temperature(self.tau)
        if self.layer is None and self.pooling is None:
            return at
        return at.at_layer(self.layer, pooling=self.pooling)

    def fit(self, rows: NDArray[np.float64]) -> Correction | None:
        """Fit the view's correction.

        Parameters
        ----------
        rows : ndarray of shape (n_texts, dim)
            Unit rows.

        Returns
        -------
        Correction or None
            None where nothing is corrected.

        Raises
        ------
        InputError
            If it cannot be fitted on these rows.

        Examples
        --------
        >>> SpaceView("v", correction="centred").fit(np.eye(2)).name
        'centred'
        """
        fit = _FITS.get(self.correction)
        return None if fit is None else fit(rows)
