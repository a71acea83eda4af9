"""Many ways to look at one model, in families of near relatives."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.corpora import RetrievalSet, TextPairs
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

POOLINGS = ("mean", "cls", "max")
CORRECTIONS: dict[str, Callable[..., measures.Correction]] = {
    "centring": measures.fit_centring,
    "all-but-the-top": measures.fit_all_but_the_top,
    "whitening": measures.fit_whitening,
}


@by_name
def encoder_views(
    encoder: Encoder,
    fitted_on: Sequence[str] = (),
    *,
    taus: Sequence[float] = (0.9, 0.8, 0.7),
    layers: Sequence[int] | None = None,
    poolings: Sequence[str] = POOLINGS,
    corrections: Sequence[str] = tuple(CORRECTIONS),
    beside: Sequence[Encoder] = (),
) -> dict[str, list[Encoder]]:
    """Give an encoder at several temperatures, layers and poolings, and corrected.

    Parameters
    ----------
    encoder : Encoder
        The model.
    fitted_on : sequence of str, optional
        Texts that the corrections are learnt from: others than those that will be looked at, or
        what they do will look better than it is. Without any, nothing is corrected, and what
        cannot be learnt from so few is left out.
    taus : sequence of float, default (0.9, 0.8, 0.7)
        Temperatures of its attention; left out where the model has none.
    layers : sequence of int, optional
        Layers; all of them if left out. The first token's input embedding, layer 0 with "cls", is
        the same for every text, and left out.
    poolings : sequence of {"mean", "cls", "max"}, default all
        How tokens become a vector at each layer; those that the model cannot do are left out.
    corrections : sequence of {"centring", "all-but-the-top", "whitening"}, default all
        What is done to its vectors afterwards.
    beside : sequence of Encoder, optional
        Other encoders, each a family of its own, such as the random twin.

    Returns
    -------
    dict of str to list of Encoder
        ``temperature`` (the encoder itself the first), ``layers, mean`` and the like,
        ``corrections``, and the names of the encoders beside it; no family is empty.

    Raises
    ------
    InputError
        If a layer, a pooling, a temperature or a correction is unknown.

    References
    ----------
    Ethayarajh 2019 (layers); Mu & Viswanath 2018 and Su et al. 2021 (corrections); TempScale,
    arXiv 2410.24200 (temperatures).

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> views = encoder_views(load_encoder("static", store=None))
    >>> {family: [view.name for view in members] for family, members in views.items()}
    {'temperature': ['static'], 'layers, mean': ['static layer 0 (mean)'], 'layers, max': ['static layer 0 (max)']}
    """  # noqa: E501 - one line of output
    unknown = [name for name in corrections if name not in CORRECTIONS]
    unknown += [name for name in poolings if name not in POOLINGS]
    if unknown:
        raise InputError(
            f"{', '.join(map(repr, unknown))} is unknown: poolings are {', '.join(POOLINGS)}, and "
            f"corrections {', '.join(CORRECTIONS)}."
        )
    # Without layers of attention there is nothing to temper.
    tempered = [encoder.at_temperature(tau) for tau in taus if encoder.n_layers]
    views = {"temperature": [encoder, *tempered]}
    for pooling in poolings:
        members = [
            encoder.at_layer(layer, pooling=pooling) for layer in _layers(encoder, layers, pooling)
        ]
        views[f"layers, {pooling}"] = members
    views["corrections"] = list(_corrected(encoder, fitted_on, corrections))
    views |= {other.name: [other] for other in beside}
    return {family: members for family, members in views.items() if members}


@by_name
def read_ahead(
    encoder: Encoder,
    dataset: RetrievalSet,
    pairs: Sequence[TextPairs] = (),
    *,
    layers: Sequence[int] | None = None,
    poolings: Sequence[str] = POOLINGS,
) -> None:
    """Read all texts of a comparison once for all layers and poolings, into the store.

    Each layer would be a pass of the model of its own otherwise. Without a store nothing is read.

    Parameters
    ----------
    encoder : Encoder
        The model.
    dataset : RetrievalSet
        Its documents and queries are read, each in their role.
    pairs : sequence of TextPairs, optional
        Their texts are read as documents.
    layers, poolings
        As for `encoder_views`.

    Raises
    ------
    InputError
        If a layer or a pooling is unknown.
    """
    if encoder.store is None:
        return
    wanted = [pooling for pooling in poolings if _layers(encoder, layers, pooling)]
    both = {
        "document": [*dataset.texts, *(text for each in pairs for text in each.texts["text"])],
        "query": dataset.queries["text"].tolist(),
    }
    for role, texts in both.items():
        encoder.read_layers(texts, layers=layers, poolings=wanted, role=role, no_direction="zero")


def _corrected(
    encoder: Encoder, fitted_on: Sequence[str], corrections: Sequence[str]
) -> Iterator[Encoder]:
    if not fitted_on or not corrections:
        return
    encoded = encode_all(encoder, fitted_on)
    for name in corrections:
        # A handful of texts has no four directions to take out.
        with suppress(InputError):
            yield encoder.after(CORRECTIONS[name](encoded.vectors[encoded.has_direction]))


def _layers(encoder: Encoder, layers: Sequence[int] | None, pooling: str) -> list[int]:
    """Return the layers that can be pooled so, and are not the same for every text."""
    wanted = list(encoder.layers if layers is None else layers)
    if pooling != "cls":
        return wanted
    # Without layers there is no first token that has read the others.
    return [layer for layer in wanted if layer > 0]
