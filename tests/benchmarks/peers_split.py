"""Splitters beside each other, text by text; bench_split.py runs it in a venv of its own.

``python peers_split.py TEXTS.json OUT.json``: texts are lists of sentences by corpus; what comes
out are seconds and chunk sizes, in sentences, by corpus and splitter. Everyone gets the same model,
the same sentences (no splitter has to find them by itself) and nothing but its own defaults.
"""

import json
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from chonkie import SemanticChunker as ChonkieChunker
from chonkie.embeddings import SentenceTransformerEmbeddings
from langchain_core.embeddings import Embeddings
from langchain_experimental.text_splitter import SemanticChunker as LangChainChunker
from llama_index.core import Document
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.node_parser import SemanticSplitterNodeParser
from sentence_transformers import SentenceTransformer

from semshift_nb import load_encoder, split
from semshift_nb.encoders.loading.folders import bundled_folder

Splitter = Callable[[list[str]], list[str]]
MODEL = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)


class ForLangChain(Embeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return MODEL.encode(texts, show_progress_bar=False).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class ForLlamaIndex(BaseEmbedding):
    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return MODEL.encode(texts, show_progress_bar=False).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def ours() -> Splitter:
    encoder = load_encoder("minilm", store=None, device="cpu")
    return lambda text: split(text, encoder, separator="\n").texts


def langchain() -> Splitter:
    chunker = LangChainChunker(ForLangChain(), sentence_split_regex=r"\n")
    return lambda text: chunker.split_text("\n".join(text))


def llama_index() -> Splitter:
    parser = SemanticSplitterNodeParser.from_defaults(
        embed_model=ForLlamaIndex(embed_batch_size=32),
        sentence_splitter=lambda text: text.splitlines(keepends=True),
    )
    return lambda text: [
        node.text for node in parser.get_nodes_from_documents([Document(text="\n".join(text))])
    ]


def chonkie() -> Splitter:
    chunker = ChonkieChunker(SentenceTransformerEmbeddings(MODEL), delim="\n")
    return lambda text: [chunk.text for chunk in chunker.chunk("\n".join(text))]


SPLITTERS = {
    "ours": ours,
    "LangChain SemanticChunker": langchain,
    "LlamaIndex SemanticSplitterNodeParser": llama_index,
    "chonkie SemanticChunker": chonkie,
}


def sizes_of(chunks: list[str], text: list[str]) -> list[int]:
    """Return chunk sizes in sentences; a cut within a sentence counts at its nearer end."""
    ends = list(accumulate(len("".join(sentence.split())) for sentence in text))
    reached = accumulate(len("".join(chunk.split())) for chunk in chunks)
    cuts = set()
    for place in reached:
        at = bisect_left(ends, place)
        before = ends[at - 1] if at else 0
        cuts.add(at if at < len(ends) and place - before < ends[at] - place else at + 1)
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    return np.diff(edges).tolist()


def run(texts: list[list[str]], splitters: dict[str, Splitter]) -> dict[str, dict[str, list]]:
    """Give every text to every splitter, in turns, so that a busy moment hits all."""
    found = {name: {"seconds": [], "sizes": []} for name in splitters}
    for splitter in splitters.values():
        splitter(texts[0])
    for text in texts:
        for name, splitter in splitters.items():
            start = time.perf_counter()
            chunks = splitter(text)
            found[name]["seconds"].append(time.perf_counter() - start)
            found[name]["sizes"].append(sizes_of(chunks, text))
    return found


def main() -> None:
    source, out = map(Path, sys.argv[1:])
    splitters = {name: make() for name, make in SPLITTERS.items()}
    corpora = json.loads(source.read_text())
    found = {name: run(texts, splitters) for name, texts in corpora.items()}
    out.write_text(json.dumps({"threads": torch.get_num_threads(), "found": found}))


if __name__ == "__main__":
    main()
