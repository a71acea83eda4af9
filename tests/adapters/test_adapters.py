"""The adapters in the hands of the real libraries."""

from itertools import pairwise

import pytest
from langchain_core.documents import Document as LangChainDocument
from llama_index.core import Document
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import NodeRelationship

from semshift_nb import load_encoder, split
from semshift_nb.adapters.langchain import LeastDilutionTextSplitter
from semshift_nb.adapters.llama_index import LeastDilutionNodeParser
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

CATS = "Cats purr when they are content. A kitten follows its mother. Old cats sleep all day."
STARS = "Stars burn hydrogen for ages. A galaxy holds billions of stars. Telescopes gather light."
TEXT = f"{CATS}\n\n{STARS}\n"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return load_encoder("minilm", store=tmp_path_factory.mktemp("store"))


def test_langchain_splits_as_split_does(encoder):
    splitter = LeastDilutionTextSplitter(encoder)
    assert splitter.split_text(TEXT) == split(TEXT, encoder).texts == [f"{CATS}\n\n", f"{STARS}\n"]
    assert splitter.split_text("") == []


def test_langchain_documents_keep_metadata_and_know_where_they_start(encoder):
    splitter = LeastDilutionTextSplitter(encoder, n_chunks=3, add_start_index=True)
    document = LangChainDocument(page_content=TEXT, metadata={"source": "here"})
    found = splitter.transform_documents([document])
    assert "".join(one.page_content for one in found) == TEXT
    assert [one.metadata["source"] for one in found] == ["here"] * 3
    starts = [chunk.start for chunk in split(TEXT, encoder, n_chunks=3)]
    assert [one.metadata["start_index"] for one in found] == starts


def test_langchain_strips_when_asked(encoder):
    splitter = LeastDilutionTextSplitter(encoder, strip_whitespace=True)
    assert splitter.split_text(TEXT) == [CATS, STARS]
    assert splitter.split_text("  \n ") == []


def test_llama_index_nodes_are_chunks_with_their_offsets_and_neighbours(encoder):
    parser = LeastDilutionNodeParser(encoder)
    nodes = parser.get_nodes_from_documents([Document(text=TEXT, metadata={"source": "here"})])
    assert [node.text for node in nodes] == [f"{CATS}\n\n", f"{STARS}\n"]
    for node in nodes:
        assert node.text == TEXT[node.start_char_idx : node.end_char_idx]
        assert node.metadata["source"] == "here"
    assert nodes[0].relationships[NodeRelationship.NEXT].node_id == nodes[1].node_id
    assert parser.get_nodes_from_documents([Document(text="")]) == []


def test_llama_index_offsets_hold_where_chunks_are_alike(encoder):
    text = "Yes. " * 30
    parser = LeastDilutionNodeParser(encoder, n_chunks=7)
    nodes = parser.get_nodes_from_documents([Document(text=text)])
    assert nodes[0].start_char_idx == 0
    assert nodes[-1].end_char_idx == len(text)
    for node, after in pairwise(nodes):
        assert node.end_char_idx == after.start_char_idx


def test_llama_index_in_a_pipeline_and_saved(encoder):
    parser = LeastDilutionNodeParser(model="static", max_tokens=20)
    # LlamaIndex writes the name of its id function and does not read it back.
    saved = {key: value for key, value in parser.to_dict().items() if key != "id_func"}
    again = LeastDilutionNodeParser.from_dict(saved)
    assert again.to_dict() == parser.to_dict()
    assert parser.to_dict() != LeastDilutionNodeParser(encoder, max_tokens=20).to_dict()
    documents = [Document(text=TEXT, id_="a"), Document(text=STARS, id_="b")]
    found = [
        [node.text for node in IngestionPipeline(transformations=[one]).run(documents=documents)]
        for one in (parser, again)
    ]
    assert found[0] == found[1]
    assert "".join(found[0]) == TEXT + STARS


def test_what_is_asked_wrongly_is_said_by_split(encoder):
    with pytest.raises(InputError, match="method is 'magic'"):
        LeastDilutionTextSplitter(encoder, method="magic").split_text(TEXT)
    with pytest.raises(InputError, match="no/such"):
        LeastDilutionNodeParser(model="no/such")


@pytest.mark.parametrize("make", [LeastDilutionTextSplitter, LeastDilutionNodeParser])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "magic"}, "method is 'magic'"),
        ({"max_tokens": 2}, "the model itself adds 2 tokens"),
        ({"price": -1.0}, "price"),
        ({"granularity": -1.0}, "granularity"),
        ({"price": 2.0, "n_chunks": 3}, "n_chunks and price were both given"),
        ({"min_sentences": 0}, "min_sentences is 0"),
        ({"n_chunks": 0}, "0"),
    ],
)
def test_options_that_cannot_be_are_refused_before_the_first_document(encoder, make, options, says):
    with pytest.raises(InputError, match=says):
        make(encoder, **options)


@pytest.mark.parametrize("make", [LeastDilutionTextSplitter, LeastDilutionNodeParser])
def test_options_that_can_be_are_taken(encoder, make):
    for options in ({"n_chunks": 3, "min_sentences": 2}, {"max_tokens": 3}, {"price": 0.5}):
        make(encoder, **options)
