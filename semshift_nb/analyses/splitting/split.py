"""split: a text cut where its meaning turns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple, TypeAlias, TypedDict, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.splitting.chunks import Chunk, chunks_at, kept_within
from semshift_nb.analyses.splitting.segments import SegmentedText, segment_text, segment_texts
from semshift_nb.corpora import Corpus
from semshift_nb.corpora.sentences import warn_of_texts
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures.segmentation.scatter import check_price
from semshift_nb.validation import check_whole

SPLIT_METHODS = ("least_dilution", "shift", "percentile", "windowed_percentile", "fixed")

USUAL_TOKENS = 256
"""Tokens of a fixed chunk where neither the caller nor the encoder has a limit."""

NO_TURN = "no turn that pays: a cut would have to save {:.3g} of scatter, and none does"
"""Said of a text that is left whole, or cut only where a bound on tokens demands it."""

Rows: TypeAlias = NDArray[np.float32]


class SplitOptions(NamedTuple):
    """What was asked for; ``n_chunks`` and ``price`` exclude each other."""

    method: str
    weights: NDArray[np.float64]
    usual_weight: float  # what fixed chunks are filled to where no bound was given
    n_chunks: int | None = None
    price: float | None = None  # None for the one that the text suggests
    granularity: float = 1.0  # times the one that the text suggests
    min_size: int = 1
    max_weight: float | None = None


class _Bounds(TypedDict):
    min_size: int
    weights: NDArray[np.float64] | None
    max_weight: float | None


class SplitResult(NamedTuple):
    """Cuts, the price or threshold that led to them, if one did, and what is to be said of them."""

    cuts: list[int]
    price: float | None
    note: str = ""


def check_options(method: object, n_chunks: object, price: object) -> float | None:
    """Return the price, None for "auto"; refuse what does not go together."""
    if method not in SPLIT_METHODS:
        raise InputError(f"method is {method!r:.60}: expected one of {', '.join(SPLIT_METHODS)}.")
    if isinstance(price, str) and price == "auto":
        return None
    if n_chunks is not None:
        raise InputError("n_chunks and price were both given: one follows from the other.")
    if method not in ("least_dilution", "shift"):
        raise InputError(f"method {method!r} has no price: leave it out.")
    return check_price(price)


def check_granularity(granularity: object, *, method: object, may_choose: bool) -> float:
    """Return by how much the price that a text suggests is multiplied; refuse it elsewhere."""
    is_number = isinstance(granularity, int | float | np.number)
    if not is_number or isinstance(granularity, bool) or not 0 < granularity < np.inf:  # type: ignore[operator]
        raise InputError(
            f"granularity is {granularity!r:.60}: expected a number above 0: 1 for the price that "
            "the text suggests, 2 for coarser chunks, 0.5 for finer ones."
        )
    if granularity == 1:
        return 1.0
    if method not in ("least_dilution", "shift"):
        raise InputError(f"method {method!r} has no granularity: leave it out.")
    if not may_choose:
        raise InputError(
            "granularity multiplies the price that the text suggests: leave it out where price or "
            "n_chunks is given."
        )
    return float(granularity)  # type: ignore[arg-type]


def fair_price_of(rows: Rows, granularity: float) -> float:
    """Return what a cut must save where no price was given."""
    return granularity * measures.fair_price(rows)


def find_cuts(rows: Rows, options: SplitOptions) -> SplitResult:
    """Cut by the method asked for, within the bounds on size."""
    if len(rows) == 0:
        if options.n_chunks is not None:
            raise InputError(
                f"n_chunks is {options.n_chunks}, but the text is empty: leave it out."
            )
        return SplitResult([], None)
    if options.method == "least_dilution":
        return _least_dilution(rows, options)
    found = _OTHERS[options.method](rows, options)
    return found._replace(cuts=measures.bounded_cuts(found.cuts, len(rows), **_bounds(options)))


def _bounds(options: SplitOptions) -> _Bounds:
    weights = None if options.max_weight is None else options.weights
    return {"min_size": options.min_size, "weights": weights, "max_weight": options.max_weight}


def _least_dilution(rows: Rows, options: SplitOptions) -> SplitResult:
    if options.n_chunks is not None:
        cuts = measures.least_dilution_cuts(rows, n_segments=options.n_chunks, **_bounds(options))
        return SplitResult(cuts, None)
    if options.price is not None:
        cuts = measures.least_dilution_cuts(rows, price=options.price, **_bounds(options))
        return SplitResult(cuts, options.price)
    price = fair_price_of(rows, options.granularity)
    turns = measures.least_dilution_cuts(rows, price=price)
    bounded = options.max_weight is not None or options.min_size > 1
    cuts = measures.least_dilution_cuts(rows, price=price, **_bounds(options)) if bounded else turns
    return SplitResult(cuts, price, "" if turns or len(rows) == 1 else NO_TURN.format(price))


def _shift(rows: Rows, options: SplitOptions) -> SplitResult:
    if options.price is not None:
        return SplitResult(measures.shift_cuts(rows, threshold=options.price), options.price)
    number = options.n_chunks
    if number is None:  # as many as the other method that looks at the whole text
        price = fair_price_of(rows, options.granularity)
        number = len(measures.least_dilution_cuts(rows, price=price)) + 1
    return SplitResult(measures.shift_cuts(rows, n_segments=number), None)


def _percentile(rows: Rows, options: SplitOptions) -> SplitResult:
    return SplitResult(measures.percentile_cuts(rows, n_segments=options.n_chunks), None)


def _windowed_percentile(rows: Rows, options: SplitOptions) -> SplitResult:
    return SplitResult(measures.percentile_cuts(rows, window=3, n_segments=options.n_chunks), None)


def _fixed(rows: Rows, options: SplitOptions) -> SplitResult:
    if options.n_chunks is not None:
        return SplitResult(measures.even_cuts(len(rows), options.n_chunks), None)
    most = options.usual_weight if options.max_weight is None else options.max_weight
    most = max(most, float(options.weights.max()))
    return SplitResult(
        measures.bounded_cuts([], len(rows), weights=options.weights, max_weight=most), None
    )


_OTHERS: dict[str, Callable[[Rows, SplitOptions], SplitResult]] = {
    "shift": _shift,
    "percentile": _percentile,
    "windowed_percentile": _windowed_percentile,
    "fixed": _fixed,
}


@dataclass(frozen=True, eq=False)
class Splitting(Sequence[Chunk]):
    """The chunks of a text, in order.

    Attributes
    ----------
    chunks : tuple of Chunk
        Joined, their texts are the original.
    method : str
        The rule that cut it.
    price : float or None
        What a cut had to save, or the threshold of the rule ``shift``; None where there is none.
    note : str
        Says so where the price that the text suggests left no turn that pays; empty elsewhere.
    """

    chunks: tuple[Chunk, ...]
    method: str
    price: float | None
    note: str = ""

    @overload
    def __getitem__(self, index: int) -> Chunk: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Chunk, ...]: ...

    def __getitem__(self, index: int | slice) -> Chunk | tuple[Chunk, ...]:
        return self.chunks[index]

    def __len__(self) -> int:
        return len(self.chunks)

    def __iter__(self) -> Iterator[Chunk]:
        return iter(self.chunks)

    @property
    def texts(self) -> list[str]:
        """The texts of the chunks."""
        return [chunk.text for chunk in self.chunks]

    def table(self) -> pd.DataFrame:
        """Return the chunks as a table.

        Returns
        -------
        DataFrame
            One row for each chunk: ``position`` and what `Chunk` has, with ``n_sentences`` before
            ``sentences``.

        Examples
        --------
        >>> from semshift_nb import load_encoder
        >>> len(split("", load_encoder("static", store=None)).table())
        0
        """
        columns = ["position", *Chunk.__dataclass_fields__]
        rows = [{"position": i, **asdict(chunk)} for i, chunk in enumerate(self.chunks)]
        table = pd.DataFrame(rows, columns=columns)
        table["sentences"] = [list(chunk.sentences) for chunk in self.chunks]
        table.insert(4, "n_sentences", [len(chunk.sentences) for chunk in self.chunks])
        return table.astype({"gain": "float64"})


@by_name
def split(
    text_or_sentences: str | Iterable[str],
    encoder: Encoder,
    *,
    n_chunks: int | None = None,
    price: float | str = "auto",
    granularity: float = 1.0,
    min_sentences: int = 1,
    max_tokens: int | None = None,
    method: str = "least_dilution",
    language: str = "en",
    separator: str = " ",
) -> Splitting:
    """Cut a text into chunks whose vectors are diluted least.

    The vector of a chunk is pooled from sentences, and the further these lie apart, the less it
    stands for any of them. ``"least_dilution"`` takes, of all ways to cut the text, the one whose
    chunks scatter least in total, each cut being charged a price; the optimum is exact.

    With ``price="auto"`` the price comes from the text and the encoder alone, and scales with the
    encoder's own scatter. A cut must save more than a Gaussian model of the text gains from one
    more chunk, more than a cut at a random place saves because neighbouring sentences are alike
    anyway, and more than any cut saves when the sentences are shuffled; see `fair_price`. Texts
    joined from different ones are cut where they were joined. Texts that drift from one thing to
    the next are cut at few places or at none, and then ``note`` says that there is no turn that
    pays. How fine a division should be is for the reader to say: ``granularity`` and ``n_chunks``.

    Parameters
    ----------
    text_or_sentences : str or iterable of str
        A text, or its sentences, which are joined by ``separator`` to make the original.
    encoder : Encoder
        What turns sentences into vectors. A sentence longer than it reads is taken in parts.
    n_chunks : int, optional
        How many chunks there are to be, instead of a price. For the other methods bounds on size
        come afterwards and may change the number.
    price : float or "auto"
        What a cut must save; for ``"shift"`` the threshold, which is by default the one that gives
        as many chunks as ``"least_dilution"``.
    granularity : float
        What the price that the text suggests is multiplied by: 2 for coarser chunks, 0.5 for finer
        ones. A greater one never gives more chunks.
    min_sentences : int
        Fewest sentences of a chunk. Fewer only where the text or ``max_tokens`` leaves no other
        way.
    max_tokens : int, optional
        The most tokens of a chunk as the encoder reads it, special tokens included: a bound that no
        chunk breaks. A sentence beyond it is cut between paragraphs, clauses or words, or within a
        word, never within a visible character. Only machine data (a data URI, base64) may be
        longer: they stay whole, in a chunk of their own, and a `TextWarning` tells of them.
    method : {"least_dilution", "shift", "percentile", "windowed_percentile", "fixed"}
        ``"shift"``: a chunk grows until its semantic shift would pass a threshold.
        ``"percentile"``: cut where neighbours lie further apart than 95 % of the text's
        neighbours; ``"windowed_percentile"``: the same with three sentences pooled.
        ``"fixed"``: chunks filled to ``max_tokens``, or to what the encoder reads.
    language : str
        Language code for finding sentences; Chinese marks count in every language.
    separator : str
        What stands between sentences that are handed in.

    Returns
    -------
    Splitting
        A sequence of `Chunk`; none for an empty text, one for white space.

    Raises
    ------
    InputError
        If there is no text, an option cannot be, options exclude each other, there are to be more
        chunks than sentences, or ``max_tokens`` leaves no room for a character.
    SemshiftError
        If the model gave numbers that are not finite.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1.

    Examples
    --------
    >>> from semshift_nb import load_encoder
    >>> text = "Cats purr. Kittens mew. Stars burn hydrogen. Galaxies hold stars."
    >>> chunks = split(text, load_encoder("static", store=None), n_chunks=2)
    >>> chunks.texts
    ['Cats purr. Kittens mew. ', 'Stars burn hydrogen. Galaxies hold stars.']
    """
    fixed_price = check_options(method, n_chunks, price)
    times = check_granularity(
        granularity, method=method, may_choose=fixed_price is None and n_chunks is None
    )
    fewest = check_whole(min_sentences, "min_sentences", least=1)
    if isinstance(text_or_sentences, str):
        warn_of_texts([("the text", text_or_sentences, "")])
    segmented = segment_text(
        text_or_sentences, encoder, max_tokens=max_tokens, language=language, separator=separator
    )
    return _split(
        segmented,
        encoder,
        method=method,
        n_chunks=n_chunks,
        price=fixed_price,
        granularity=times,
        fewest=fewest,
        max_tokens=max_tokens,
    )


def _split(
    segmented: SegmentedText,
    encoder: Encoder,
    *,
    method: str,
    price: float | None,
    granularity: float,
    fewest: int,
    max_tokens: int | None,
    n_chunks: int | None = None,
) -> Splitting:
    n_special = segmented.lengths.n_special
    wanted = SplitOptions(
        method=method,
        n_chunks=n_chunks,
        price=price,
        granularity=granularity,
        min_size=fewest,
        weights=segmented.weights,
        max_weight=None if max_tokens is None else float(max_tokens - n_special),
        usual_weight=float((encoder.max_length or USUAL_TOKENS) - n_special),
    )
    found = find_cuts(segmented.rows, wanted)
    cuts = kept_within(max_tokens, segmented, found.cuts)
    return Splitting(chunks_at(segmented, cuts), method, found.price, found.note)


@by_name
def split_corpus(
    corpus: Corpus,
    encoder: Encoder,
    *,
    max_tokens: int | None = None,
    min_sentences: int = 1,
    method: str = "least_dilution",
    price: float | str = "auto",
    granularity: float = 1.0,
) -> pd.DataFrame:
    """Split every document of a corpus, each in its own language and at a price of its own.

    Parameters
    ----------
    corpus : Corpus
        What to split.
    encoder : Encoder
        What turns sentences into vectors.
    max_tokens, min_sentences, method, price, granularity
        As for `split`.

    Returns
    -------
    DataFrame
        One row for each chunk: ``doc_id``, ``position`` in the document, ``start``, ``end``,
        ``text``, ``n_sentences``, ``n_tokens``, ``truncated`` (whether the encoder would read only
        the beginning), ``unknown`` (the share of the tokens it would read that it does not know),
        ``dispersion``, ``semantic_shift``, ``dilution``, ``gain`` of the cut
        before it (missing for the first), ``price`` and ``note`` of the document's `Splitting`. The
        texts of a document's chunks, joined, are its text; an empty document has no row.

    Raises
    ------
    InputError
        As `split` does.

    Examples
    --------
    >>> from semshift_nb import load_encoder
    >>> corpus = Corpus.from_texts(["Cats purr. Kittens mew.", ""])
    >>> split_corpus(corpus, load_encoder("static", store=None), price=9)["text"].tolist()
    ['Cats purr. Kittens mew.']
    """
    fixed_price = check_options(method, None, price)
    times = check_granularity(granularity, method=method, may_choose=fixed_price is None)
    fewest = check_whole(min_sentences, "min_sentences", least=1)
    ids, texts, codes = (corpus.documents[column] for column in ("doc_id", "text", "language"))
    warn_of_texts(zip(ids, texts, codes, strict=True))
    segmented = segment_texts(zip(texts, codes, strict=True), encoder, max_tokens=max_tokens)
    tables = []
    for doc_id, one in zip(ids, segmented, strict=True):
        chunks = _split(
            one,
            encoder,
            method=method,
            price=fixed_price,
            granularity=times,
            fewest=fewest,
            max_tokens=max_tokens,
        )
        told = {"price": chunks.price, "note": chunks.note}
        table = chunks.table().drop(columns="sentences").assign(**told)
        table.insert(0, "doc_id", doc_id)
        tables.append(table.astype({"price": "float64", "note": "str", "doc_id": ids.dtype}))
    # Of empty tables pandas would not take the types that their columns have.
    filled = [table for table in tables if len(table)]
    return _with_counts(pd.concat(filled or tables[:1], ignore_index=True), encoder)


def _with_counts(chunks: pd.DataFrame, encoder: Encoder) -> pd.DataFrame:
    """Tell of each chunk what the encoder would read of it."""
    read = encoder.token_counts(chunks["text"].tolist())
    after = list(chunks.columns).index("n_tokens") + 1
    chunks.insert(after, "truncated", read.truncated)
    chunks.insert(after + 1, "unknown", read.unknown)
    return chunks
