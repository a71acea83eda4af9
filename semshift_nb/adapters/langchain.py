"""split as a text splitter of LangChain; needs the extra ``langchain``."""

import sys

from langchain_text_splitters import TextSplitter

from semshift_nb.adapters import as_encoder, check_options
from semshift_nb.analyses import split
from semshift_nb.encoders import Encoder


class LeastDilutionTextSplitter(TextSplitter):  # type: ignore[misc]  # its types are not followed
    """Cuts texts where their meaning turns.

    Parameters
    ----------
    encoder : Encoder or str
        What turns sentences into vectors, or its name.
    n_chunks, price, granularity, min_sentences, max_tokens, method, language
        As for `split`. Set ``max_tokens`` to what the model reads that the chunks are for.
    add_start_index : bool
        Whether documents tell in their metadata where they start in the text.
    strip_whitespace : bool
        Whether white space around chunks goes, and chunks of nothing else; without it the chunks
        joined are the text.

    Raises
    ------
    InputError
        If there is no such encoder, or an option cannot be.

    Examples
    --------
    >>> splitter = LeastDilutionTextSplitter("static", price=9)
    >>> splitter.split_text("Cats purr. Kittens mew.")
    ['Cats purr. Kittens mew.']
    """

    def __init__(
        self,
        encoder: Encoder | str = "minilm",
        *,
        n_chunks: int | None = None,
        price: float | str = "auto",
        granularity: float = 1.0,
        min_sentences: int = 1,
        max_tokens: int | None = None,
        method: str = "least_dilution",
        language: str = "en",
        add_start_index: bool = False,
        strip_whitespace: bool = False,
    ) -> None:
        # The base class counts characters; here max_tokens bounds the size.
        super().__init__(
            chunk_size=sys.maxsize,
            chunk_overlap=0,
            add_start_index=add_start_index,
            strip_whitespace=strip_whitespace,
        )
        self._encoder = as_encoder(encoder)
        self._options = {
            "n_chunks": n_chunks,
            "price": price,
            "granularity": granularity,
            "min_sentences": min_sentences,
            "max_tokens": max_tokens,
            "method": method,
            "language": language,
        }
        check_options(self._encoder, self._options)

    def split_text(self, text: str) -> list[str]:
        """Split one text.

        Parameters
        ----------
        text : str
            Any text.

        Returns
        -------
        list of str
            Its chunks; joined they are the text, unless white space is stripped.

        Raises
        ------
        InputError
            As `split` does.
        """
        texts = split(text, self._encoder, **self._options).texts  # type: ignore[arg-type]
        if self._strip_whitespace:
            return [stripped for stripped in map(str.strip, texts) if stripped]
        return texts
