"""One screen that says what is wrong with a model on a corpus, if anything is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all, unknown_reason
from semshift_nb.analyses.geometry.geometry import geometry
from semshift_nb.analyses.length.length_gap import length_gap
from semshift_nb.analyses.passages import passage_members, passage_starts, passages_at
from semshift_nb.analyses.report_card import verdicts
from semshift_nb.analyses.results import UNITS, interval_row, joined, measured, unmeasured
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Encoding, load_encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval
from semshift_nb.names import count

N_SENTENCES = 6
"""Sentences of a passage."""


@dataclass(frozen=True, eq=False)
class CardTexts:
    """Documents, sentences and passages drawn from a corpus.

    ``sentences`` and ``passages`` have ``doc_id`` and ``text``. ``members`` are the sentences of
    all passages, those of one after those of another, with the ``passage`` each stands in.
    """

    documents: Corpus
    sentences: pd.DataFrame
    passages: pd.DataFrame
    members: pd.DataFrame


def draw_texts(
    corpus: Corpus, *, n_documents: int, n_sentences: int, n_passages: int, seed: int
) -> CardTexts:
    """Draw at most so many of each; passages are of different documents as far as there are any."""
    rng = np.random.default_rng(seed)
    documents = corpus.documents.iloc[_some(rng, len(corpus), n_documents)]
    drawn = Corpus(corpus.name, documents)
    all_sentences = drawn.sentences
    sentences = all_sentences.iloc[_some(rng, len(all_sentences), n_sentences)]
    firsts = _firsts(rng, all_sentences, n_passages)
    members = all_sentences.iloc[passage_members(firsts, N_SENTENCES)]
    members = members.assign(passage=np.repeat(np.arange(len(firsts)), N_SENTENCES))
    return CardTexts(drawn, sentences, passages_at(drawn, firsts, N_SENTENCES), members)


def _some(rng: np.random.Generator, n: int, n_wanted: int) -> NDArray[np.intp]:
    """Draw row numbers without repetition, in their own order."""
    return np.sort(rng.choice(n, size=min(n, n_wanted), replace=False))


def _firsts(rng: np.random.Generator, sentences: pd.DataFrame, n: int) -> NDArray[np.intp]:
    """Draw first rows of passages that do not overlap, one a document before any gets two."""
    begins = passage_starts(sentences, N_SENTENCES)
    starts = pd.DataFrame({"row": begins, "doc_id": sentences["doc_id"].to_numpy()[begins]})
    if starts.empty:
        return begins
    # Multiples of the length, counted from a document's first sentence: none overlap.
    apart = starts[
        (starts["row"] - starts.groupby("doc_id")["row"].transform("min")) % N_SENTENCES == 0
    ]
    shuffled = apart.iloc[rng.permutation(len(apart))]
    turn = shuffled.groupby("doc_id").cumcount()
    chosen = shuffled.iloc[np.argsort(turn.to_numpy(), kind="stable")[:n]]
    return np.sort(chosen["row"].to_numpy(dtype=np.intp))


_COLUMNS = [
    *["corpus", "encoder", "role", "aspect", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["truncated_share", "unknown_share", "status", "reason"],
]

_UNITS = {
    aspect.metric: "share" for aspect in (verdicts.SHIFT, verdicts.TRUNCATION, verdicts.VOCABULARY)
}

_LEAST_LENGTH = 32
"""Tokens that the long texts of a gap need, to be four times as long as anything."""


@by_name
def report_card(
    corpus: Corpus,
    encoder: Encoder,
    *,
    controls: Sequence[Encoder] = (),
    n_documents: int = 100,
    n_sentences: int = 600,
    n_passages: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure shift, concentration, length collapse, spectrum, dimensions and what is read.

    Parameters
    ----------
    corpus : Corpus
        The texts that the model is to be used on.
    encoder : Encoder
        The model, read as far as its ``max_length``.
    controls : sequence of Encoder
        Encoders to set beside it, most often `card_controls`.
    n_documents, n_sentences, n_passages : int, default 100, 600 and 100
        At most so many of each are read; the same ones for all encoders.
    seed : int, default 0
        Seed of all draws.

    Returns
    -------
    DataFrame
        A row for each encoder and figure: ``corpus``, ``encoder``, ``role`` ("model" or
        "control"), ``aspect``, ``metric``, ``value``, ``ci_low`` and ``ci_high`` (95 %, over
        documents), ``n``, ``unit``, ``truncated_share`` and ``unknown_share`` of the texts behind
        the figure, ``status`` and ``reason``. Where a model knows too few of the tokens (more than
        a tenth are unknown) only that is measured, and the reason of the others. The figures:

        - ``own_passage@1`` (shift): the share of sentences whose nearest passage of six sentences,
          among all that were drawn, is the one they stand in. What pooling dilutes is not found.
        - ``MPD`` (concentration): the mean pairwise distance of documents.
        - ``gap`` (length collapse): by how much the MPD falls when the same documents are read
          four times as far (see `length_gap`).
        - ``effective_rank`` and ``first_component_share`` (spectrum), ``n_near_zero_dimensions``
          and ``n_outlier_dimensions`` (dimensions): of sentences, see `geometry`.
        - ``truncated_share`` (truncation): the share of documents longer than the model reads.
        - ``unknown_share`` (vocabulary): the share of a document's tokens for which the model has
          but a sign for what is unknown, the mean over documents.

    Raises
    ------
    InputError
        If a number is below 2, or two encoders have one name.

    References
    ----------
    Semantic shift, arXiv 2603.21437; length collapse, arXiv 2410.24200; see the measures for the
    others.
    """
    _check(encoder, controls, n_documents, n_sentences, n_passages)
    texts = draw_texts(
        corpus, n_documents=n_documents, n_sentences=n_sentences, n_passages=n_passages, seed=seed
    )
    rows: list[dict[str, object]] = []
    for role, reader in [("model", encoder), *(("control", control) for control in controls)]:
        named = {"corpus": corpus.name, "encoder": reader.name, "role": role}
        rows += [{**named, **figure} for figure in _figures(texts, reader, seed=seed)]
    return pd.DataFrame(rows, columns=_COLUMNS)


@by_name
def card_controls(encoder: Encoder) -> list[Encoder]:
    """Give what a model is compared with: less than itself, and the bundled model.

    Parameters
    ----------
    encoder : Encoder
        The model.

    Returns
    -------
    list of Encoder
        ``static`` (no attention), the model's random twin (no training) and ``minilm``, without
        those that the model is itself, read as far as the model reads where they can.

    Raises
    ------
    InputError
        If the bundled model is not installed.

    Examples
    --------
    >>> from semshift_nb import load_encoder
    >>> [control.name for control in card_controls(load_encoder())]
    ['static', 'minilm (random 0)']
    """
    bundled = [load_encoder("static", max_length=encoder.max_length), load_encoder("minilm")]
    static, minilm = (_kept_with(encoder, control) for control in bundled)
    known = [static, encoder.random_twin(), minilm]
    return [control for control in known if control.name != encoder.name]


def _kept_with(encoder: Encoder, control: Encoder) -> Encoder:
    """Let a control keep its vectors only where the model keeps its own."""
    return control if encoder.store is not None else control.without_store()


def _check(encoder: Encoder, controls: Sequence[Encoder], *numbers: int) -> None:
    names = [encoder.name, *(control.name for control in controls)]
    if len(set(names)) < len(names):
        raise InputError(f"encoders are called {', '.join(names)}: expected a name for each.")
    if min(numbers) < 2:
        raise InputError(
            f"n_documents, n_sentences and n_passages are {numbers}: expected at least 2 of each."
        )


def _figures(texts: CardTexts, encoder: Encoder, *, seed: int) -> Iterator[dict[str, object]]:
    """Yield the figures of one encoder, in the order of the verdicts."""
    documents = encode_all(encoder, texts.documents.documents["text"].tolist())
    sentences = encode_all(encoder, texts.sentences["text"].tolist())
    whole = documents.tokens
    found = {
        verdicts.SHIFT: _own_passage(texts, encoder, seed=seed),
        verdicts.CONCENTRATION: {**whole.shares(), **_distance(documents, seed=seed)},
        verdicts.LENGTH: _gap(texts.documents, encoder, documents, seed=seed),
    }
    of_sentences = _geometry(sentences, texts.sentences["doc_id"].tolist(), seed=seed)
    for aspect in (verdicts.RANK, verdicts.FIRST, verdicts.DEAD, verdicts.OUTLIERS):
        found[aspect] = {**sentences.tokens.shares(), **of_sentences[aspect.metric]}
    found[verdicts.TRUNCATION] = {**whole.shares(), **_truncated(documents)}
    unread = unknown_reason(encoder, whole) or unknown_reason(encoder, sentences.tokens)
    for aspect, figure in found.items():
        yield _row(aspect, {**figure, **unmeasured(unread)} if unread else figure)
    yield _row(verdicts.VOCABULARY, {**whole.shares(), **_unknown(documents, seed=seed)})


def _row(aspect: verdicts.Aspect, figure: dict[str, object]) -> dict[str, object]:
    unit = {"unit": _UNITS[aspect.metric]} if aspect.metric in _UNITS else {}
    return {"aspect": aspect.aspect, "metric": aspect.metric, **figure, **unit}


def _own_passage(texts: CardTexts, encoder: Encoder, *, seed: int) -> dict[str, object]:
    """Say how many sentences find the passage that they stand in."""
    if len(texts.passages) < 2:
        return unmeasured(
            f"{count(len(texts.passages), 'passage')} of 6 sentences in the documents, expected 2"
        )
    passages = encode_all(encoder, texts.passages["text"].tolist())
    members = encode_all(encoder, texts.members["text"].tolist())
    library = np.flatnonzero(passages.has_direction)
    asked = np.flatnonzero(members.has_direction)
    own = texts.members["passage"].to_numpy()[asked]
    if len(library) < 2 or not len(asked):
        return unmeasured("fewer than two passages have a direction in this encoder")
    nearest = measures.nearest_neighbours(members.vectors[asked], passages.vectors[library], 1)
    hits = (library[nearest[:, 0]] == own).astype(np.float64)
    groups = texts.members["doc_id"].to_numpy()[asked].tolist()
    figure = interval_row(
        lambda: float(hits.mean()),
        partial(measures.bootstrap_mean, hits, groups=groups, seed=seed),
        n=len(hits),
        note=f"by chance {1 / len(library):.2g}",
    )
    return {**figure, **passages.tokens.shares()}


def _distance(documents: Encoding, *, seed: int) -> dict[str, object]:
    rows = documents.vectors[documents.has_direction]
    figure = interval_row(
        partial(measures.mean_pairwise_distance, rows),
        partial(measures.bootstrap_mean_pairwise_distance, rows, seed=seed),
        n=len(rows),
    )
    return {**figure, "unit": UNITS["MPD"]}


def _gap(corpus: Corpus, encoder: Encoder, read: Encoding, *, seed: int) -> dict[str, object]:
    """Compare the same documents cut at a length and at a quarter of it."""
    # The longest length that a fifth of the documents reach, as far as the model reads.
    n_tokens = read.n_tokens[read.has_direction]
    reached = int(np.quantile(n_tokens, 0.8)) if len(n_tokens) else 0
    long = min(reached, encoder.max_length or 512)
    if long < _LEAST_LENGTH:
        return unmeasured(
            f"a fifth of the documents reach {long} tokens, expected at least {_LEAST_LENGTH}"
        )
    table = length_gap(corpus, encoder, short=long // 4, long=long, n_documents=20, seed=seed)
    row = table[table["metric"] == "gap"].iloc[0]
    lengths = f"MPD at {long // 4} less that at {long} tokens"
    kept = ("value", "ci_low", "ci_high", "n", "unit", "status")
    figure = {name: row[name] for name in (*kept, *read.tokens.shares())}
    return {**figure, "reason": joined(lengths, row["reason"])}


def _geometry(
    sentences: Encoding, doc_ids: list[str], *, seed: int
) -> dict[str, dict[str, object]]:
    """Return the figures of the sentences' space by name."""
    rows = np.flatnonzero(sentences.has_direction)
    if len(rows) < 2:
        nothing = unmeasured(
            f"{count(len(rows), 'sentence has', 'sentences have')} a direction, expected at least 2"
        )
        return {aspect.metric: nothing for aspect in verdicts.ASPECTS}
    groups = [doc_ids[row] for row in rows.tolist()]
    table = geometry(sentences.vectors[rows], groups=groups, seed=seed)
    return {
        str(row["metric"]): {str(k): v for k, v in row.items()} for row in table.to_dict("records")
    }


def _unknown(documents: Encoding, *, seed: int) -> dict[str, object]:
    """Return the mean share of the documents' tokens that the model does not know."""
    unknown = documents.unknown[documents.has_direction]
    if not len(unknown):
        return unmeasured("no document has a direction in this encoder")
    return interval_row(
        lambda: float(unknown.mean()),
        partial(measures.bootstrap_mean, unknown, seed=seed),
        n=len(unknown),
    )


def _truncated(documents: Encoding) -> dict[str, object]:
    """Return the share of documents that are cut, with its exact binomial interval."""
    truncated = documents.truncated[documents.has_direction]
    n, n_cut = len(truncated), int(truncated.sum())
    if n == 0:
        return unmeasured("no document has a direction in this encoder")
    ends = stats.binomtest(n_cut, n).proportion_ci()
    return measured(Interval(n_cut / n, ends.low, ends.high, n))
