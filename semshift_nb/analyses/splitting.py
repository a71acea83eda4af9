"""split: a text cut where its meaning turns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import overload

import pandas as pd

from semshift_nb.analyses._chunks import Chunk, chunks_at, kept_within
from semshift_nb.analyses._laid_out import lay_out
from semshift_nb.analyses._split_methods import (
    USUAL_TOKENS,
    Wish,
    check_fewest,
    check_wish,
    find_cuts,
)
from semshift_nb.encoders import Encoder


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

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Made by `split`.
    """

    chunks: tuple[Chunk, ...]
    method: str
    price: float | None

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

        Raises
        ------
        Nothing of its own.

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


def split(
    text_or_sentences: str | Iterable[str],
    encoder: Encoder,
    *,
    n_chunks: int | None = None,
    price: float | str = "auto",
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

    With ``price="auto"`` the price comes from the text and the encoder alone. Say that sentences
    scatter by ``w`` within a chunk, and the means of chunks ``F`` times as much as chance would
    have it; then a Gaussian model of the text gains from one more chunk if it saves more than
    ``w (1 + ln F)``. The first guess is what a cut at a random place saves on average; the text is
    cut, ``w`` and ``F`` are read off the chunks, and so on until the price no longer rises. See
    `fair_price`. As ``w`` scales with the encoder's own scatter and ``F`` with how far and how long
    the topics of the text are, the same default serves other encoders and other texts. It finds
    turns of the topic; chapters and sections that editors set are often coarser, and want a higher
    price or ``n_chunks``.

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
    min_sentences : int
        Fewest sentences of a chunk. Fewer only where the text or ``max_tokens`` leaves no other
        way.
    max_tokens : int, optional
        The most tokens of a chunk as the encoder reads it, special tokens included: a bound that no
        chunk breaks. A sentence beyond it is cut, at a line, a clause, a word, or within a word.
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
    fixed_price = check_wish(method, n_chunks, price)
    fewest = check_fewest(min_sentences)
    laid_out = lay_out(
        text_or_sentences, encoder, max_tokens=max_tokens, language=language, separator=separator
    )
    n_special = laid_out.lengths.n_special
    wish = Wish(
        method=method,
        n_chunks=n_chunks,
        price=fixed_price,
        min_size=fewest,
        weights=laid_out.weights,
        max_weight=None if max_tokens is None else float(max_tokens - n_special),
        usual_weight=float((encoder.max_length or USUAL_TOKENS) - n_special),
    )
    found = find_cuts(laid_out.rows, wish)
    cuts = kept_within(max_tokens, laid_out, found.cuts)
    return Splitting(chunks_at(laid_out, cuts), method, found.price)
