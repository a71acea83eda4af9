"""Late chunking: one chunk is the whole text, and token embeddings pooled by hand."""

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from semshift_nb.analyses.remedies.late_chunking import _windows, late_chunks
from semshift_nb.analyses.splitting.chunk_retrieval import DocumentChunks, Sentences
from semshift_nb.analyses.splitting.segments import segment_texts
from semshift_nb.encoders import Encoder
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError

TEXTS = [
    "The Neretva rises in the mountains. It is cold! Trout live in it, unbelievably. Dams hold it.",
    "One sentence alone.",
    "",
    "Prices rose. Nobody knew why, and the bank said nothing. 天空是蓝色的。",
]


def laid_out(encoder: Encoder, texts: list[str] = TEXTS) -> Sentences:
    most = encoder.max_length
    return Sentences(
        list(segment_texts([(text, "en") for text in texts], encoder, max_tokens=most)), most
    )


def at(sentences: Sentences, cuts: list[list[int]]) -> DocumentChunks:
    return sentences._parts(cuts)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def test_at_one_chunk_it_is_the_vector_of_the_whole_text(encoder):
    sentences = laid_out(encoder)
    found, n_read = late_chunks(sentences.documents, sentences.whole(), encoder)
    worded = [text for text in TEXTS if text]
    np.testing.assert_allclose(found.vectors, encoder.encode(worded), atol=1e-6)
    assert n_read == sum(map(len, encoder.token_ids(worded)))
    assert not found.truncated.any()


def test_chunks_are_means_of_the_token_embeddings_that_sentence_transformers_gives(encoder):
    """Start and end tokens count with the first and with the last chunk."""
    sentences = laid_out(encoder, TEXTS[:1])
    (document,) = sentences.documents
    chunks = at(sentences, [[1, 3]])
    found, _ = late_chunks([document], chunks, encoder)
    reference = SentenceTransformer(str(bundled_folder()), device="cpu")
    tokens = reference.encode(TEXTS[:1], output_value="token_embeddings")[0].numpy()
    sizes = [
        len(reference.tokenizer(text, add_special_tokens=False)["input_ids"])
        for text in chunks.texts
    ]
    edges = np.cumsum([1, *sizes])
    assert edges[-1] + 1 == len(tokens)
    parts = [tokens[: edges[1]], tokens[edges[1] : edges[2]], tokens[edges[2] :]]
    wanted = unit(np.stack([part.mean(axis=0) for part in parts]))
    np.testing.assert_allclose(found.vectors, wanted, atol=1e-5)
    alone = encoder.encode(chunks.texts)
    assert (np.einsum("ij,ij->i", found.vectors, alone) < 0.98).all(), "the rest of the text counts"


def test_windows_cover_every_sentence_and_share_what_is_asked_for(static):
    """Six sentences of one size, three to a window; with one in common the next window begins one
    sentence before the end of the last."""
    (document,) = laid_out(static, ["The cold river runs away. " * 6]).documents
    size = document.weights[0]
    assert document.weights.tolist() == [size] * 6
    room = 3 * size + document.lengths.n_special
    spans = [(w.first, w.stop) for w in _windows(0, document, room, int(size))]
    assert spans == [(0, 3), (2, 5), (4, 6)]
    assert [(w.first, w.stop) for w in _windows(0, document, room, 0)] == [(0, 3), (3, 6)]
    assert [(w.first, w.stop) for w in _windows(0, document, 1000, None)] == [(0, 6)]
    with pytest.raises(InputError, match=r"the model's window is \d+: say how many tokens"):
        list(_windows(0, document, room, None))
    # However much is shared, every window goes on.
    assert len(list(_windows(0, document, room, 10**6))) == 4


def test_a_long_text_is_read_in_windows(encoder):
    """In short windows a sentence knows less of the rest, and is still nearer to itself in whole
    than to any other sentence."""
    text = " ".join(TEXTS[0:2] + TEXTS[3:])
    short = encoder.at_length(32)
    sentences = laid_out(short, [text])
    every = at(sentences, [list(range(1, len(sentences.documents[0].pieces)))])
    found, n_read = late_chunks(sentences.documents, every, short, overlap=8)
    whole, n_whole = late_chunks(sentences.documents, every, encoder)
    assert n_read > n_whole
    assert not found.truncated.any()
    assert np.argmax(found.vectors @ whole.vectors.T, axis=1).tolist() == list(
        range(len(every.texts))
    )
    with pytest.raises(InputError, match="the model's window is 32"):
        late_chunks(sentences.documents, every, short)


def test_what_does_not_fit_is_refused(encoder, static):
    for other, message in (
        (static, "static has no attention"),
        (encoder.at_layer(None, pooling="cls"), "its pooling is 'cls'"),
    ):
        sentences = laid_out(other, TEXTS[:1])
        with pytest.raises(InputError, match=message):
            late_chunks(sentences.documents, sentences.whole(), other)
