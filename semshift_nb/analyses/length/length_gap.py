"""How much closer long texts lie than short ones, and what changes that: pair by pair."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encoder_columns
from semshift_nb.analyses.length.conditions import Cell, plan_texts, read_cell
from semshift_nb.analyses.length.text_growth import check_lengths, considered
from semshift_nb.analyses.results import UNITS, interval_row, unmeasured
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count

_COLUMNS = [
    *["corpus", "encoder", "tau", "schedule", "arm", "metric", "against", "value", "ci_low"],
    *["ci_high", "n", "unit", "truncated_share", "unknown_share", "status", "reason"],
]


@by_name
def length_gap(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    short: int = 128,
    long: int = 500,
    arms: Sequence[str] = ("cut",),
    n_documents: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure by how much the mean pairwise distance falls from short texts to long ones.

    The same documents are drawn again for both lengths, for all encoders and for all arms, so that
    a change of the gap has an interval of its own, far narrower than those of the gaps themselves.

    Parameters
    ----------
    corpus : Corpus
        Where the texts come from.
    encoders : Encoder or sequence of Encoder
        The first is what the others are compared with: the same one at temperature 1, most often.
    short, long : int, default 128 and 500
        Tokens, special tokens and prompts included.
    arms : sequence of str, default ("cut",)
        Ways to make the texts, as in `length_collapse`; *natural* has other texts at each length,
        which cannot be paired. The first is what the others are compared with.
    n_documents : int, optional
        At most so many documents, drawn from those that are long enough; without it all
        (see `length_collapse`).
    seed : int, default 0
        Seed of all draws. With the same seed and the same longest length the texts are those of
        `length_collapse`.

    Returns
    -------
    DataFrame
        Long-form rows: ``corpus``, ``encoder``, ``tau``, ``schedule``, ``arm``, ``metric``,
        ``against``, ``value``, ``ci_low`` and ``ci_high`` (95 %, over documents), ``n`` texts,
        ``unit``, ``truncated_share`` (1 where the encoder does not read ``long`` tokens, which is
        not measured), ``unknown_share`` (of the tokens of the long texts), ``status`` and
        ``reason``. For each encoder and arm there are

        - ``MPD@128`` and ``MPD@500`` (with the lengths asked for), and ``gap``, the first less the
          second: above 0 where long texts lie closer;
        - ``gap_change`` with ``against`` "first encoder": this gap less that of the first encoder
          in the same arm, below 0 where it is narrower; for all encoders but the first;
        - ``gap_change`` with ``against`` "first arm": the same for arms, of the same encoder.

    Raises
    ------
    InputError
        If ``short`` is not below ``long``, an arm is unknown or *natural*, or a setting is out of
        range.

    References
    ----------
    Length-induced collapse, arXiv 2410.24200.
    """
    wanted = check_lengths((short, long), arms, n_documents=n_documents, seed=seed)
    if short >= long or "natural" in wanted.arms:
        raise InputError(
            f"short is {short}, long is {long} and arms is {wanted.arms}: expected short below "
            "long, and arms without natural, whose long texts are not its short ones grown."
        )
    readers = as_encoders(encoders)
    corpus = considered(corpus, wanted)
    plan = plan_texts(corpus, readers, wanted)
    cells = {
        (place, arm): [read_cell(encoder, plan, arm, length) for length in wanted.lengths]
        for place, encoder in enumerate(readers)
        for arm in wanted.arms
    }
    rows = []
    for place, arm in cells:
        labels = {"corpus": corpus.name, **_named(readers[place], long), "arm": arm}
        grown = cells[place, arm][1]
        labels["unknown_share"] = (
            np.nan if isinstance(grown, str) else grown.tokens.shares()["unknown_share"]
        )
        for metric, against, terms in _terms(cells, place, arm, lengths=wanted.lengths):
            figures = _contrast(terms, seed=wanted.seed)
            rows.append({**labels, "metric": metric, "against": against, **figures})
    return pd.DataFrame(rows, columns=_COLUMNS)


def _named(encoder: Encoder, long: int) -> dict[str, object]:
    limit = encoder.max_length
    return {
        **encoder_columns(encoder),
        "unit": UNITS["MPD"],
        "truncated_share": float(limit is not None and limit < long),
    }


def _terms(
    cells: dict[tuple[int, str], list[Cell | str]],
    place: int,
    arm: str,
    *,
    lengths: tuple[int, ...],
) -> Iterator[tuple[str, str, list[tuple[float, Cell | str]]]]:
    """Yield metric, what it is compared with, and the distances it is made of with their signs."""
    short, long = cells[place, arm]
    gap = [(1.0, short), (-1.0, long)]
    yield f"MPD@{lengths[0]}", "", gap[:1]
    yield f"MPD@{lengths[1]}", "", [(1.0, long)]
    yield "gap", "", gap
    first_place, first_arm = next(iter(cells))
    for against, there in (
        ("first encoder", (first_place, arm)),
        ("first arm", (place, first_arm)),
    ):
        if there != (place, arm):
            yield "gap_change", against, [*gap, *zip((-1.0, 1.0), cells[there], strict=True)]


def _contrast(terms: list[tuple[float, Cell | str]], *, seed: int) -> dict[str, object]:
    """Return a sum of signed distances over the documents that all of its terms have."""
    read = [cell for _, cell in terms if isinstance(cell, Cell)]
    for _, cell in terms:
        if isinstance(cell, str):
            return unmeasured(cell)
    documents = read[0].documents
    for cell in read[1:]:
        documents = np.intersect1d(documents, cell.documents)
    if len(documents) < 2:
        return unmeasured(
            f"{count(len(documents), 'document has', 'documents have')} all of the texts, expected "
            "at least 2"
        )
    signs = [sign for sign, _ in terms]
    vectors = [cell.vectors[np.isin(cell.documents, documents)] for cell in read]

    def value() -> float:
        distances = [measures.mean_pairwise_distance(rows) for rows in vectors]
        return float(np.dot(signs, distances))

    return interval_row(
        value,
        lambda: measures.bootstrap_distance_contrast(vectors, signs, seed=seed),
        n=len(documents),
        note="; ".join(dict.fromkeys(filter(None, (cell.note for cell in read)))),
    )
