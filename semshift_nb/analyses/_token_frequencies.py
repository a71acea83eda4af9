"""How often each token stands in each document of a corpus."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, InputEmbeddings

_LEAST_TYPES = 10
_LEAST_DOCUMENTS = 2


@dataclass(frozen=True, eq=False)
class TokenFrequencies:
    """Tokens of the vocabulary that stand in at least two documents of a corpus.

    ``counts`` has a row for each document and a column for each of these tokens; ``vectors`` are
    their input embeddings, ``tokens`` their names.
    """

    tokens: list[str]
    vectors: NDArray[np.float32]
    counts: sparse.csr_array

    @property
    def n_documents(self) -> int:
        """Documents that the tokens were counted in."""
        return int(self.counts.shape[0])


def count_tokens(corpus: Corpus, encoder: Encoder) -> TokenFrequencies | str:
    """Count the encoder's tokens in the sentences of a corpus; special tokens are left out.

    A corpus of too few gives the reason why they say nothing.
    """
    table = encoder.input_embeddings()
    sentences = corpus.sentences
    ids = encoder.token_ids(sentences["text"].tolist())
    names, document = np.unique(sentences["doc_id"].to_numpy(), return_inverse=True)
    columns = np.concatenate([np.zeros(0, np.int64), *ids])
    rows = np.repeat(document, [len(each) for each in ids])
    known = columns < len(table.vectors)
    counts = sparse.coo_array(
        (np.ones(known.sum()), (rows[known], columns[known])),
        shape=(len(names), len(table.vectors)),
    ).tocsr()
    counts.sum_duplicates()
    return _kept(table, counts, corpus.name)


def _kept(table: InputEmbeddings, counts: sparse.csr_array, name: str) -> TokenFrequencies | str:
    n_documents = np.bincount(counts.indices, minlength=counts.shape[1])
    directed = np.linalg.norm(table.vectors, axis=1) > 0
    kept = np.flatnonzero((n_documents >= _LEAST_DOCUMENTS) & ~table.special & directed)
    if len(kept) < _LEAST_TYPES:
        return (
            f"{len(kept)} tokens stand in at least {_LEAST_DOCUMENTS} documents of {name}, "
            f"expected at least {_LEAST_TYPES}: take a larger corpus"
        )
    tokens = [table.tokens[place] for place in kept]
    return TokenFrequencies(tokens, table.vectors[kept], counts[:, kept])


def ranks_of(counts: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Rank tokens by frequency, the most frequent from 0; ties by lot, those never seen last.

    A vocabulary is often in the order of frequency itself, so its order must not break ties.
    """
    lot = np.random.default_rng([seed, 4]).permutation(len(counts))
    order = np.lexsort((lot, -counts))
    ranks = np.empty(len(counts), dtype=np.int64)
    ranks[order] = np.arange(len(counts))
    return ranks
