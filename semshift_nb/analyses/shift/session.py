"""A corpus encoded once and then read document by document, as an explorer does."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import EncodedDocument, encoded_documents, text_notices
from semshift_nb.analyses.results import MEASURED, NOT_MEASURED
from semshift_nb.analyses.shift.tables import prefixes_of, sentences_of, shift_of
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures.shift import TextShift, bin_distances
from semshift_nb.names import count


def neighbours_of(
    vector: NDArray[np.float32],
    corpus: Corpus,
    *,
    embeddings: NDArray[np.float32],
    n_neighbours: int = 10,
) -> pd.DataFrame:
    """Find the sentences of a corpus that are nearest to a vector.

    Parameters
    ----------
    vector : ndarray of shape (dim,)
        A unit vector from the same encoder as ``embeddings``.
    corpus : Corpus
        Where to look.
    embeddings : ndarray of shape (n_sentences, dim)
        The vectors of ``corpus.sentences``, row by row. Zero rows (sentences without direction)
        are never neighbours.
    n_neighbours : int, default 10
        How many to find; a corpus that has fewer gives all of them.

    Returns
    -------
    DataFrame
        One row a neighbour, the nearest first: ``rank`` (from 1), ``doc_id``, ``title``,
        ``position``, ``text`` and ``cosine``. A sentence of the corpus finds itself first; of
        exact ties the earlier sentence comes first.

    Raises
    ------
    InputError
        If there are not as many vectors as sentences, a vector is not finite and of length one, or
        ``n_neighbours`` is below 1.

    References
    ----------
    See `semshift_nb.measures.nearest_neighbours`.
    """
    sentences = corpus.sentences
    if len(sentences) != len(embeddings):
        raise InputError(
            f"the corpus has {count(len(sentences), 'sentence')} and came with "
            f"{count(len(embeddings), 'vector')}."
        )
    there = np.flatnonzero(np.any(embeddings, axis=1))
    library = embeddings if len(there) == len(embeddings) else embeddings[there]
    query = np.asarray(vector)[None, :]
    # A request for none is left for the measure to refuse.
    k = min(n_neighbours, len(there)) if len(there) else n_neighbours
    found = there[measures.nearest_neighbours(query, library, k)[0]]
    titles = corpus.documents.set_index("doc_id")["title"]
    near = sentences.iloc[found]
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(found) + 1),
            "doc_id": near["doc_id"].to_numpy(),
            "title": titles.loc[near["doc_id"]].to_numpy(),
            "position": near["position"].to_numpy(),
            "text": near["text"].to_numpy(),
            "cosine": embeddings[found].astype(np.float64) @ np.asarray(vector, dtype=np.float64),
        }
    )


def distance_map(embeddings: NDArray[np.float32], *, max_cells: int = 64) -> pd.DataFrame:
    """Measure the distance of every sentence to every other, in cells of a size to draw.

    Parameters
    ----------
    embeddings : ndarray of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    max_cells : int, default 64
        At most so many cells a side; a text of no more sentences has one cell a pair.

    Returns
    -------
    DataFrame
        At most ``max_cells ** 2`` rows: ``row``, ``row_end``, ``column``, ``column_end`` (a cell
        covers the sentences from ``row`` up to, not including, ``row_end``) and ``distance``, the
        mean of ``1 - e_i . e_j`` over the cell, from 0 to 2. A cell on the diagonal compares its
        sentences with themselves as well.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there is none, or ``max_cells`` is
        below 1.

    References
    ----------
    See `semshift_nb.measures.binned_distances`.

    Examples
    --------
    >>> distance_map(np.eye(2))["distance"].tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    return _cells(measures.binned_distances(embeddings, max_bins=max_cells))


def _cells(binned: measures.BinnedDistances) -> pd.DataFrame:
    edges, distances = binned
    n = len(edges) - 1
    rows, columns = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    return pd.DataFrame(
        {
            "row": edges[rows],
            "row_end": edges[rows + 1],
            "column": edges[columns],
            "column_end": edges[columns + 1],
            "distance": distances.ravel(),
        }
    )


#: More points than this on one line are not seen, only waited for.
_MAX_POINTS = 1_000

#: Cells a side of the map: about eight pixels each, and quick to draw again.
_MAX_CELLS = 48


@dataclass(frozen=True, eq=False)
class DocumentReading:
    """One document, measured sentence by sentence.

    Attributes
    ----------
    title, text : str
        The document.
    sentences : DataFrame
        Its rows of `sentence_shift`.
    embeddings : ndarray of shape (n_sentences, dim)
        The vectors of its sentences.
    path : DataFrame
        ``position``, ``text``, ``adjacent_distance``: of a document of more than 1,000 sentences
        the largest step of every few, so that its turns stay visible.
    prefixes : DataFrame
        Its rows of `prefix_shift`; of a long document every few, the last included.
    cells : DataFrame
        Its `distance_map`.
    reason : str
        Why the document cannot be measured; empty when it was, and the tables are then filled.
    notices : list of str
        What is to be known of its text: another script than its language has, machine data, and
        tokens that the encoder does not know.
    """

    title: str
    text: str
    sentences: pd.DataFrame
    embeddings: NDArray[np.float32]
    path: pd.DataFrame
    prefixes: pd.DataFrame
    cells: pd.DataFrame
    reason: str
    notices: list[str]


class ShiftSession:
    """A corpus whose sentences are encoded once, at the start.

    Parameters
    ----------
    corpus : Corpus
        What to read.
    encoder : Encoder
        What turns sentences into vectors.

    Attributes
    ----------
    overview : DataFrame
        One row a document: ``doc_id``, ``title``, ``n_sentences``, ``semantic_shift``, ``status``
        and ``reason``.

    Raises
    ------
    SemshiftError
        If the encoder fails for another cause than a sentence without direction.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        self.corpus = corpus
        self._encoder = encoder
        self._documents = {doc.doc_id: doc for doc in encoded_documents(corpus, encoder)}
        self._vectors = np.concatenate([d.encoded.vectors for d in self._documents.values()])
        self.overview = pd.DataFrame([_summary(d) for d in self._documents.values()])

    def document(self, doc_id: str) -> DocumentReading:
        """Read one document.

        Parameters
        ----------
        doc_id : str
            Its id in the corpus.

        Returns
        -------
        DocumentReading

        Raises
        ------
        InputError
            If the corpus has no document of this id.
        """
        if doc_id not in self._documents:
            raise InputError(
                f"there is no document {doc_id!r} in the corpus {self.corpus.name!r}; "
                "its ids are in corpus.documents['doc_id']."
            )
        found = self._documents[doc_id]
        text, language = self.corpus.documents[["text", "language"]].iloc[found.row]
        notices = text_notices([(doc_id, text, language)], self._encoder, found.encoded.tokens)
        return _read(found, text, notices)

    def neighbours(self, vector: NDArray[np.float32], *, n_neighbours: int) -> pd.DataFrame:
        """Find the sentences of the corpus that are nearest to a vector.

        Parameters
        ----------
        vector : ndarray of shape (dim,)
            A unit vector from the same encoder.
        n_neighbours : int
            How many to find.

        Returns
        -------
        DataFrame
            As `neighbours_of` gives it.

        Raises
        ------
        InputError
            If the vector is not finite and of length one, or ``n_neighbours`` is below 1.
        """
        return neighbours_of(
            vector, self.corpus, embeddings=self._vectors, n_neighbours=n_neighbours
        )


def _summary(document: EncodedDocument) -> dict[str, object]:
    shift = shift_of(document)
    return {
        "doc_id": document.doc_id,
        "title": document.title,
        "n_sentences": len(document.sentences),
        "semantic_shift": np.nan if isinstance(shift, str) else shift.semantic_shift,
        "status": NOT_MEASURED if isinstance(shift, str) else MEASURED,
        "reason": shift if isinstance(shift, str) else "",
    }


def _read(document: EncodedDocument, text: str, notices: list[str]) -> DocumentReading:
    shift = shift_of(document)
    sentences, prefixes = sentences_of(document, shift), prefixes_of(document, shift)
    step = -(-len(sentences) // _MAX_POINTS) or 1
    cells = pd.DataFrame()
    if isinstance(shift, TextShift):
        cells = _cells(bin_distances(shift.rows, max_bins=_MAX_CELLS))
    return DocumentReading(
        title=document.title,
        text=text,
        sentences=sentences,
        embeddings=document.encoded.vectors,
        path=_largest_steps(sentences, step),
        prefixes=_every(prefixes[prefixes["status"] == MEASURED], step),
        cells=cells,
        reason=shift if isinstance(shift, str) else "",
        notices=notices,
    )


def _largest_steps(sentences: pd.DataFrame, step: int) -> pd.DataFrame:
    """Keep of every ``step`` sentences the one after which the meaning moves most."""
    path = sentences[["position", "text", "adjacent_distance"]]
    if step == 1:
        return path
    largest = path["adjacent_distance"].fillna(-1).groupby(path["position"] // step).idxmax()
    return path.loc[largest]


def _every(prefixes: pd.DataFrame, step: int) -> pd.DataFrame:
    """Keep every ``step``-th prefix, counted back from the whole document."""
    return prefixes.iloc[::-1].iloc[::step].iloc[::-1]
