"""A corpus: documents, and on demand their sentences."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from semshift_nb.corpora.documents import DEFAULT_LANGUAGE, check_documents
from semshift_nb.corpora.sentences import sentence_spans
from semshift_nb.errors import InputError


@dataclass(frozen=True, eq=False, repr=False)
class Corpus:
    """Documents with their texts, and the sentences of these texts.

    Parameters
    ----------
    name : str
        What tables and charts call it.
    documents : DataFrame
        ``text``, and if they are there ``doc_id``, ``title``, ``language`` and ``label``; the rest
        is completed as `check_documents` says.

    Attributes
    ----------
    documents : DataFrame
        One row for each document: ``doc_id`` (unique), ``title``, ``text``, ``language`` and, if
        there is one, ``label``. An empty text is a document too.

    Raises
    ------
    InputError
        If the documents cannot be used; the message says why.

    Examples
    --------
    >>> corpus = Corpus("greeting", pd.DataFrame({"text": ["Hello. Goodbye."]}))
    >>> corpus.sentences["text"].tolist()
    ['Hello.', 'Goodbye.']
    """

    name: str
    documents: pd.DataFrame

    def __post_init__(self) -> None:
        checked = check_documents(self.documents, f"corpus {self.name!r}")
        object.__setattr__(self, "documents", checked)

    def __repr__(self) -> str:
        return f"<Corpus {self.name!r} of {len(self)} documents>"

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """The sentences of all documents, in order.

        Returns
        -------
        DataFrame
            One row for each sentence: ``doc_id``, ``position`` in the document (0, 1, ...),
            ``start`` and ``end`` (code-point offsets into the document's text) and ``text``, which
            is ``text[start:end]``. A document without words has no row.

        Raises
        ------
        Nothing of its own: the documents were checked when the corpus was made.

        Examples
        --------
        >>> Corpus.from_texts(["One. Two."]).sentences["start"].tolist()
        [0, 5]
        """
        ids, texts, codes = (self.documents[column] for column in ("doc_id", "text", "language"))
        rows = [
            (doc_id, position, start, end, text[start:end])
            for doc_id, text, code in zip(ids, texts, codes, strict=True)
            for position, (start, end) in enumerate(sentence_spans(text, code))
        ]
        table = pd.DataFrame(rows, columns=["doc_id", "position", "start", "end", "text"])
        numbers = dict.fromkeys(("position", "start", "end"), "int64")
        # Without a single row pandas would not know that the ids are text.
        return table.astype({"doc_id": ids.dtype, "text": texts.dtype, **numbers})

    @cached_property
    def fingerprint(self) -> str:
        """What tells the content of this corpus from any other's.

        Returns
        -------
        str
            sha256, in hexadecimal, over ids, languages and texts: equal corpora have equal ones.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> one, same = Corpus.from_texts(["a"]), Corpus.from_texts(["a"], name="other")
        >>> one.fingerprint == same.fingerprint
        True
        """
        digest = hashlib.sha256()
        for column in ("doc_id", "language", "text"):
            for cell in self.documents[column]:
                encoded = cell.encode()
                # The length first: "a", "bc" must not look like "ab", "c".
                digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    @classmethod
    def from_texts(
        cls,
        texts: Sequence[str],
        *,
        titles: Sequence[str] | None = None,
        language: str = DEFAULT_LANGUAGE,
        name: str = "texts",
    ) -> "Corpus":
        """Make a corpus of strings.

        Parameters
        ----------
        texts : sequence of str
            One for each document.
        titles : sequence of str, optional
            One for each document; without them the beginnings of the texts serve.
        language : str
            Language code of all texts.
        name : str
            What tables and charts call the corpus.

        Returns
        -------
        Corpus
            With the ids "0", "1", ...

        Raises
        ------
        InputError
            If the texts are one string, none, or no strings; if there are more or fewer titles.

        Examples
        --------
        >>> Corpus.from_texts(["Hello there."], titles=["A greeting"]).documents["title"][0]
        'A greeting'
        """
        if isinstance(texts, str | bytes):
            raise InputError("from_texts takes a list of texts, but got one: write [text].")
        table = pd.DataFrame({"text": pd.Series(list(texts), dtype=object), "language": language})
        if titles is not None:
            if len(titles) != len(table):
                raise InputError(
                    f"from_texts got {len(table)} texts but {len(titles)} titles: give each one."
                )
            table["title"] = pd.Series(list(titles), dtype=object)
        return cls(name, table)
