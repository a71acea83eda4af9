"""A corpus encoded once and then read document by document, as an explorer does."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses._corpus import EncodedDocument, encoded_documents
from semshift_nb.analyses._encoded import no_direction_reason
from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses.maps import distance_map
from semshift_nb.analyses.neighbourhood import neighbours_of
from semshift_nb.analyses.prefixes import prefixes_of
from semshift_nb.analyses.sentences import sentences_of
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

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
    """

    title: str
    text: str
    sentences: pd.DataFrame
    embeddings: NDArray[np.float32]
    path: pd.DataFrame
    prefixes: pd.DataFrame
    cells: pd.DataFrame
    reason: str


class CorpusReading:
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

        Examples
        --------
        >>> reading.document("0").title  # doctest: +SKIP
        """
        if doc_id not in self._documents:
            raise InputError(
                f"there is no document {doc_id!r} in the corpus {self.corpus.name!r}; "
                "its ids are in corpus.documents['doc_id']."
            )
        found = self._documents[doc_id]
        return _read(found, str(self.corpus.documents["text"].iloc[found.row]))

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

        Examples
        --------
        >>> reading.neighbours(vector, n_neighbours=5)["text"]  # doctest: +SKIP
        """
        return neighbours_of(
            vector, self.corpus, embeddings=self._vectors, n_neighbours=n_neighbours
        )


def _summary(document: EncodedDocument) -> dict[str, object]:
    last = prefixes_of(document).iloc[-1]
    return {
        "doc_id": document.doc_id,
        "title": document.title,
        "n_sentences": len(document.sentences),
        "semantic_shift": last["semantic_shift"],
        "status": last["status"],
        "reason": last["reason"],
    }


def _read(document: EncodedDocument, text: str) -> DocumentReading:
    reason = no_direction_reason(document.encoded)
    sentences, prefixes = sentences_of(document), prefixes_of(document)
    step = -(-len(sentences) // _MAX_POINTS) or 1
    vectors = document.encoded.vectors
    return DocumentReading(
        title=document.title,
        text=text,
        sentences=sentences,
        embeddings=vectors,
        path=_largest_steps(sentences, step),
        prefixes=_every(prefixes[prefixes["status"] == MEASURED], step),
        cells=pd.DataFrame() if reason else distance_map(vectors, max_cells=_MAX_CELLS),
        reason=reason,
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
