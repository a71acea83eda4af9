"""split as a node parser of LlamaIndex; needs the extra ``llama-index``."""

from collections.abc import Sequence
from typing import Any

from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.node_parser import NodeParser
from llama_index.core.node_parser.node_utils import build_nodes_from_splits
from llama_index.core.schema import BaseNode, MetadataMode

from semshift_nb.adapters import as_encoder, check_options
from semshift_nb.analyses import split
from semshift_nb.encoders import Encoder

_OPTIONS = (
    "n_chunks",
    "price",
    "granularity",
    "min_sentences",
    "max_tokens",
    "method",
    "language",
)


class LeastDilutionNodeParser(NodeParser):  # type: ignore[misc]  # its types are not followed
    """Cuts documents into nodes where their meaning turns.

    Parameters
    ----------
    encoder : Encoder, optional
        What turns sentences into vectors; without it the one that ``model`` names.
    model : str
        Name of an encoder; a pickled parser remembers no more of it. ``fingerprint`` follows from
        the encoder, so that a pipeline's cache never takes the nodes of one for those of another.
    n_chunks, price, granularity, min_sentences, max_tokens, method, language
        As for `split`. Set ``max_tokens`` to what the model reads that the nodes are for.
    **fields
        Of every node parser: ``include_metadata``, ``include_prev_next_rel``, ``id_func``,
        ``callback_manager``.

    Raises
    ------
    InputError
        If there is no such encoder, or an option cannot be.

    Examples
    --------
    >>> from llama_index.core import Document
    >>> parser = LeastDilutionNodeParser(model="static", price=9)
    >>> nodes = parser.get_nodes_from_documents([Document(text="Cats purr. Kittens mew.")])
    >>> nodes[0].text
    'Cats purr. Kittens mew.'
    """

    model: str = Field(default="minilm", description="Name of the encoder.")
    n_chunks: int | None = Field(default=None, description="How many nodes there are to be.")
    price: float | str = Field(default="auto", description="What a cut must save.")
    granularity: float = Field(default=1.0, description="Above 1 for coarser nodes.")
    min_sentences: int = Field(default=1, description="Fewest sentences of a node.")
    max_tokens: int | None = Field(default=None, description="The most tokens of a node.")
    method: str = Field(default="least_dilution", description="How to cut.")
    language: str = Field(default="en", description="Language code of the documents.")
    fingerprint: str = Field(default="", description="Of the encoder; set by itself.")

    _encoder: Encoder = PrivateAttr()

    def __init__(self, encoder: Encoder | None = None, **fields: Any) -> None:  # noqa: ANN401
        super().__init__(**fields)
        self._encoder = as_encoder(self.model if encoder is None else encoder)
        self.model, self.fingerprint = self._encoder.name, self._encoder.fingerprint
        check_options(self._encoder, {name: getattr(self, name) for name in _OPTIONS})

    @classmethod
    def class_name(cls) -> str:
        """Return the name under which a saved parser is found again.

        Returns
        -------
        str
            The class's name.

        Examples
        --------
        >>> LeastDilutionNodeParser.class_name()
        'LeastDilutionNodeParser'
        """
        return "LeastDilutionNodeParser"

    def _parse_nodes(
        self,
        nodes: Sequence[BaseNode],
        show_progress: bool = False,  # noqa: ARG002, FBT001, FBT002 - the base class's own signature
        **kwargs: Any,  # noqa: ANN401, ARG002
    ) -> list[BaseNode]:
        return [found for node in nodes for found in self._parse(node)]

    def _parse(self, node: BaseNode) -> list[BaseNode]:
        chunks = split(
            node.get_content(metadata_mode=MetadataMode.NONE),
            self._encoder,
            **{name: getattr(self, name) for name in _OPTIONS},
        )
        found: list[BaseNode] = build_nodes_from_splits(chunks.texts, node, id_func=self.id_func)
        for chunk, made in zip(chunks, found, strict=True):
            made.start_char_idx, made.end_char_idx = chunk.start, chunk.end
        return found

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, Any]
    ) -> list[BaseNode]:
        """Keep the offsets: the base class looks for each text, and finds equal ones too early."""
        offsets = [(node.start_char_idx, node.end_char_idx) for node in nodes]
        done: list[BaseNode] = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, (start, end) in zip(done, offsets, strict=True):
            node.start_char_idx, node.end_char_idx = start, end
        return done
