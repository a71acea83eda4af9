"""Does the shape of a space say how well it retrieves? Variants of encoders, ordered by both."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encoder_columns
from semshift_nb.analyses.results import UNITS, interval_row, measured, unmeasured
from semshift_nb.analyses.retrieval.search import MAIN
from semshift_nb.analyses.variants.correlations import ORDER_COLUMNS, order_rows
from semshift_nb.analyses.variants.figures import FOLLOWS_N, ISO_SCORE, PARTITION, half_interval
from semshift_nb.analyses.variants.measured import Measured, Reader, Variant
from semshift_nb.analyses.verdicts import Figure
from semshift_nb.corpora import RetrievalSet, TextPairs
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

_COLUMNS = [
    *["family", "variant", "encoder", "layer", "tau", "schedule", "similarity", "of", "metric"],
    *["value", "ci_low", "ci_high", "n", "unit", "status", "reason"],
]


@dataclass(frozen=True, eq=False)
class QualityOrder:
    """Figures of some variants of encoders, and whether they order them by retrieval.

    Attributes
    ----------
    variants : DataFrame
        The figures of each variant; see `quality_order`.
    order : DataFrame
        The correlations; see `quality_order`.
    notes : tuple of str
        What is to be known; not errors.
    """

    variants: pd.DataFrame
    order: pd.DataFrame
    notes: tuple[str, ...]
    _read: tuple[Variant, ...] = field(default=(), repr=False)

    def change(self, variant: str, against: str) -> Figure:
        """Compare what two variants retrieve.

        Parameters
        ----------
        variant, against : str
            Their names, as ``variants`` has them.

        Returns
        -------
        Series
            One row: ``metric`` ("nDCG@10"), ``value`` (the first less the second), ``ci_low`` and
            ``ci_high`` (95 %; both on the same halves of the queries, so that what they have in
            common cancels out), ``n`` queries, ``unit``, ``status`` and ``reason``; not measured
            where one of them is not there.
        """
        known = {each.name: each.quality for each in self._read}
        missing = [name for name in (variant, against) if name not in known]
        named = {"metric": MAIN, "unit": "0 to 1"}
        if missing:
            return pd.Series({**named, **unmeasured(f"no variant is {' or '.join(missing)}")})
        first, second = known[variant], known[against]
        value, halves = first.value - second.value, first.halves - second.halves
        row = interval_row(
            lambda: value, lambda: half_interval(value, halves, n=first.n), n=first.n
        )
        return pd.Series({**named, **row})


@by_name
def quality_order(
    dataset: RetrievalSet,
    families: Mapping[str, Sequence[Encoder]],
    *,
    pairs: Sequence[TextPairs] = (),
    similarity: str | None = None,
    n_halves: int = 200,
    n_resamples: int = 1000,
    seed: int = 0,
) -> QualityOrder:
    """Measure variants of encoders, and correlate each figure with what they find.

    Parameters
    ----------
    dataset : RetrievalSet
        What is searched, exactly as in `retrieval`: quality is nDCG@10.
    families : mapping of str to sequence of Encoder
        Variants that are near relatives (the layers of one model, say) under one name.
        `encoder_views` makes them. A variant that gives the documents the vectors of an earlier
        one is left out.
    pairs : sequence of TextPairs, optional
        Pairs that mean alike, for `alignment_uniformity`.
    similarity : {"cosine", "dot", "euclidean", "manhattan"}, optional
        By what all variants rank; if left out, each by what its model declares, and after a
        correction by the cosine. All other figures are of directions.
    n_halves : int, default 200
        How many halves of the texts to draw.
    n_resamples : int, default 1000
        How often to draw families.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    QualityOrder
        ``variants`` has one row a figure: ``family``, ``variant`` (its name, with a temperature),
        ``encoder``, ``layer`` (missing for a model's own output), ``tau``, ``schedule``,
        ``similarity``, ``of`` (``queries``, ``documents``, or a kind of pairs), ``metric``
        (``nDCG@10`` of queries; ``uniformity``, ``mean_cosine``, ``effective_rank``,
        ``iso_score`` and ``partition_isotropy`` of documents; those of `alignment_uniformity` of
        pairs), ``value``, ``ci_low``, ``ci_high``, ``n``, ``unit``, ``status`` and ``reason``.

        ``order`` has one row a correlation and interval: ``scope`` (``all variants``, or a family
        of at least 5), ``of`` and ``figure``, ``better`` (which way the literature holds the
        figure to be good: ``lower`` or ``higher``), ``controlled_for`` (empty; or a figure held
        fixed: alignment for uniformity, and uniformity for alignment), ``drawn``, ``metric``
        (``Spearman`` or ``partial Spearman`` of the figure with nDCG@10), ``value``, ``ci_low``
        and ``ci_high``, ``n`` variants, ``unit``, ``status`` and ``reason``. ``drawn`` says what
        the interval (95 %) covers:

        - ``texts``: other documents, pairs and queries, for these very variants. Halves of the
          documents are drawn, and with them their sentences and their queries; what is searched
          stays whole.
        - ``families``: other variants, for these very texts. Families are drawn whole, since
          relatives say the same thing again, and at least 4 are needed. With few of them it is
          wide, and coarse: no interval makes many models of few. Within one family there is none.

    Raises
    ------
    InputError
        If there is no variant, two sets of pairs have one name, or a setting is out of range.

    References
    ----------
    Wang & Isola 2020, section 5, on alignment and uniformity as predictors. Shao & Wu 1989 and
    Politis, Romano 1994, on intervals from parts drawn without copies.
    """
    if not any(families.values()):
        raise InputError("there is no variant of an encoder; see encoder_views.")
    reader = Reader(dataset, pairs, similarity=similarity, n_halves=n_halves, seed=seed)
    kept: list[Variant] = []
    notes: list[str] = []
    for family, encoders in families.items():
        for encoder in encoders:
            variant = reader.read(family, encoder)
            twin = next((other for other in kept if variant.same_as(other)), None)
            if twin is None:
                kept.append(variant)
            else:
                notes.append(f"{variant.name} is {twin.name} again and is left out")
    order = order_rows(kept, n_resamples=n_resamples, seed=seed)
    rows = [row for variant in kept for row in _rows(variant)]
    return QualityOrder(
        pd.DataFrame(rows, columns=_COLUMNS),
        pd.DataFrame(order, columns=ORDER_COLUMNS),
        (*dataset.notes, *notes),
        tuple(kept),
    )


_SHARES = (MAIN, ISO_SCORE, PARTITION)
"""Figures whose unit is their range here, beside that of nDCG@10."""


def _rows(variant: Variant) -> Iterator[dict[str, object]]:
    layer = variant.encoder.layer
    named = {
        "family": variant.family,
        "variant": variant.name,
        **encoder_columns(variant.encoder),
        "layer": math.nan if layer is None else layer,
        "similarity": variant.similarity,
    }
    for (of, metric), figure in variant.figures.items():
        unit = "0 to 1" if metric in _SHARES else UNITS[metric]
        yield {**named, "of": of, "metric": metric, **_interval(metric, figure), "unit": unit}


def _interval(metric: str, figure: Measured) -> dict[str, object]:
    """Return a figure with the interval of its halves, where these are of its size."""
    if math.isnan(figure.value):
        return unmeasured("the vectors do not allow it: too few, or all alike")
    if metric in FOLLOWS_N:
        reason = "no interval: it follows the number of texts, and a half has fewer"
        return measured(Interval(figure.value, math.nan, math.nan, figure.n), reason)
    return interval_row(
        lambda: figure.value,
        lambda: half_interval(figure.value, figure.halves, n=figure.n),
        n=figure.n,
    )
