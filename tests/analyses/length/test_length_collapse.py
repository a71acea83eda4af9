"""The study of length: its texts, its figures, what it leaves out, and that it says so."""

import itertools

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses, load_corpus, measures
from semshift_nb.analyses.length.conditions import plan_texts
from semshift_nb.analyses.length.text_growth import BuiltTexts, check_lengths, considered
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, load_encoder
from semshift_nb.errors import InputError

LENGTHS = (8, 16, 32, 64)
ARMS = ("cut", "natural", "repeat", "sequential", "random")


@pytest.fixture(scope="module")
def news() -> Corpus:
    """Forty real stories, of 60 to 600 tokens."""
    return load_corpus("news", n_documents=40)


@pytest.fixture(scope="module")
def table(news, static) -> pd.DataFrame:
    return analyses.length_collapse(news, static, lengths=LENGTHS)


def plan(corpus: Corpus, encoder: Encoder, arms=ARMS, **settings) -> dict:
    settings = {"n_documents": None, "seed": 0, **settings}
    return plan_texts(corpus, [encoder], check_lengths(LENGTHS, arms, **settings))


@pytest.fixture(scope="module")
def texts(news, static) -> dict:
    return plan(news, static)


def test_columns_and_rows(table):
    assert table.columns.tolist() == [
        *["corpus", "encoder", "tau", "schedule", "arm", "n_tokens", "bucket", "mean_tokens"],
        *["mean_dispersion", "metric", "value", "ci_low", "ci_high", "n", "unit"],
        *["truncated_share", "unknown_share", "status", "reason"],
    ]
    assert len(table) == len(ARMS) * len(LENGTHS) * 5
    measured = table["status"] == "measured"
    assert (
        table.loc[measured, ["value", "ci_low", "ci_high", "mean_dispersion"]]
        .notna()
        .all(axis=None)
    )
    inside = table[measured]
    # The midpoint of a percentile interval need not be the value, but it lies in it here.
    assert (inside["ci_low"] <= inside["value"]).all()
    assert (inside["value"] <= inside["ci_high"]).all()
    assert table.loc[~measured, "reason"].str.len().min() > 0
    # No labels; and hardly a story has a sentence of eight tokens.
    unlabelled = table["metric"] == "nn_accuracy"
    assert (unlabelled | (table["bucket"] == "1-8"))[~measured].all()
    assert (
        table["reason"][unlabelled & (table["bucket"] != "1-8")] == "the corpus has no labels"
    ).all()
    assert set(table["tau"]) == {1.0}


def test_cut_is_the_beginning_of_the_same_documents(news, static, table):
    """Worked out from the documents themselves, with an encoder loaded for each length."""
    tokens = static.encode_with_tokens(news.documents["text"].tolist()).n_tokens
    whole = news.documents["text"][tokens >= 64].tolist()
    for n_tokens in LENGTHS:
        cutter = load_encoder("static", max_length=n_tokens, store=None)
        vectors = cutter.encode(whole)
        rows = table[(table["arm"] == "cut") & (table["n_tokens"] == n_tokens)]
        found = rows.set_index("metric")["value"]
        assert found["MPD"] == pytest.approx(measures.mean_pairwise_distance(vectors), abs=1e-6)
        assert found["mean_cosine"] == pytest.approx(1 - found["MPD"])
        assert found["uniformity"] == pytest.approx(measures.uniformity(vectors), abs=1e-5)
        assert found["effective_rank"] == pytest.approx(measures.effective_rank(vectors), rel=1e-4)
        assert set(rows["n"]) == {len(whole), 0}
        assert set(rows["mean_tokens"]) == {n_tokens}


def test_shorter_documents_are_left_out_and_told(static):
    long, short = "The cat sat on the mat by the old door. " * 4, "A short one."
    corpus = Corpus.from_texts(
        [f"{word} {long}" for word in ["one", "two", "three", "four"]] + [short]
    )
    found = analyses.length_collapse(corpus, static, lengths=(8, 24), arms=("cut",))
    rows = found[found["metric"] == "MPD"]
    assert set(rows["n"]) == {4}
    assert set(rows["reason"]) == {"1 of 5 documents are shorter than 24 tokens and left out"}


@pytest.mark.parametrize("arm", ["cut", "repeat", "sequential", "random"])
def test_grown_texts_are_made_of_their_sentences(news, static, texts, arm):
    pieces = news.sentences["text"].tolist()
    of_document = news.sentences["doc_id"].tolist()
    found = texts[arm, 64]
    assert all(texts[arm, length] is found for length in LENGTHS)
    assert (static.encode_with_tokens(found.texts).n_tokens >= 64).all()
    for text, parts, row in zip(found.texts, found.parts, found.documents, strict=True):
        document = news.documents.iloc[row]
        assert of_document[parts[0]] == document["doc_id"]
        if arm == "cut":
            assert document["text"].startswith(text)
            assert pieces[parts[0]] in text
        else:
            assert text == " ".join(pieces[i] for i in parts)
            assert len(pieces[parts[0]]) >= 12
        if arm == "repeat":
            assert len(set(parts.tolist())) == 1
        elif arm == "random":
            assert len(set(parts.tolist())) == len(parts)
        else:
            assert np.diff(parts).tolist() == [1] * (len(parts) - 1)
            assert {of_document[i] for i in parts} == {document["doc_id"]}


def test_the_three_ways_to_grow_start_from_one_anchor(texts):
    anchors = [
        [part[0] for part in texts[arm, 64].parts] for arm in ("repeat", "sequential", "random")
    ]
    assert anchors[0] == anchors[1] == anchors[2]
    assert len({tuple(texts[arm, 64].documents) for arm in ("cut", "repeat", "random")}) == 1


def test_natural_texts_are_whole_and_in_their_bucket(news, static, texts):
    bounds = dict(zip(LENGTHS, [(1, 8), (9, 16), (17, 32), (33, 64)], strict=True))
    found = {length: texts["natural", length] for length in LENGTHS}
    measured = {length: some for length, some in found.items() if isinstance(some, BuiltTexts)}
    assert len({len(some.texts) for some in measured.values()}) == 1
    assert len(measured) >= 3
    for length, some in measured.items():
        tokens = static.encode_with_tokens(some.texts).n_tokens
        assert (tokens >= bounds[length][0]).all()
        assert (tokens <= bounds[length][1]).all()
        assert len(set(some.documents.tolist())) == len(some.texts)
        for text, parts, row in zip(some.texts, some.parts, some.documents, strict=True):
            assert text in news.documents["text"].iloc[row]
            assert " ".join(news.sentences["text"].iloc[parts].tolist()) == text


def test_a_document_is_taken_before_its_paragraphs_and_those_before_sentences(static):
    """Of one sentence (10 tokens), of a paragraph (24) and of all (38), each has its bucket."""
    sentence = "The old dog sat by the door."
    paragraph = " ".join([sentence, sentence.replace("dog", "cat"), sentence.replace("dog", "cow")])
    corpus = Corpus.from_texts([f"{paragraph}\n\n{paragraph} {i}." for i in range(8)])
    found = plan_texts(
        corpus, [static], check_lengths((12, 36, 64), ("natural",), n_documents=None, seed=0)
    )
    notes = [found["natural", length].note for length in (12, 36, 64)]
    assert notes == ["8 sentences", "8 paragraphs", "8 documents"]


def test_repeating_does_not_shift_and_random_shifts_most(table):
    rows = table[(table["metric"] == "MPD") & (table["n_tokens"] == 64)].set_index("arm")
    dispersion = rows["mean_dispersion"]
    assert dispersion["repeat"] < 1e-12
    assert 0 < dispersion["sequential"] < dispersion["random"]
    assert 0 < dispersion["cut"] < dispersion["random"]


def test_dispersion_is_that_of_the_sentences_seen(static):
    """Four sentences of 7 tokens and two special ones: at 16 tokens 14 are seen, which are two
    sentences; at 21 five of the third's are, and they count; at 19 three, and they do not.
    """
    documents = [
        f"The {a} sat on a {b}. Some {c} ran to the {a}. All {b} fell off the {c}. The {a} sang."
        for a, b, c in itertools.permutations(["cat", "dog", "cow", "pig"], 3)
    ]
    corpus = Corpus.from_texts(documents)
    sentences = corpus.sentences["text"].tolist()
    tokens = static.encode_with_tokens(sentences).n_tokens
    assert set(tokens[:3]) == {9}
    found = analyses.length_collapse(corpus, static, lengths=(6, 16, 19, 21), arms=("cut",))
    vectors = static.encode(sentences).reshape(len(documents), 4, -1)
    shown = found[found["metric"] == "MPD"].set_index("n_tokens")["mean_dispersion"]
    for length, n_seen in ((6, 1), (16, 2), (19, 2), (21, 3)):
        expected = np.mean([measures.dispersion(rows[:n_seen]) for rows in vectors])
        assert shown[length] == pytest.approx(expected, abs=1e-6), length


def test_a_length_beyond_max_length_is_not_mistaken_for_collapse(news):
    short_sighted = load_encoder("static", max_length=32, store=None)
    found = analyses.length_collapse(news, short_sighted, lengths=(16, 32, 64))
    beyond = found[(found["n_tokens"] == 64) & (found["arm"] != "natural")]
    assert set(beyond["status"]) == {"not measured"}
    assert beyond["reason"].str.contains("max_length=64").all()
    assert set(beyond["truncated_share"]) == {1.0}
    within = found[(found["n_tokens"] < 64) & (found["arm"] != "natural")]
    assert set(within["truncated_share"]) == {0.0}
    natural = found[(found["arm"] == "natural") & (found["metric"] == "MPD")].set_index("n_tokens")
    assert natural["truncated_share"].tolist() == [0.0, 0.0, 1.0]
    assert natural.loc[64, "mean_tokens"] == 32
    assert "the model saw 32 tokens of" in natural.loc[64, "reason"]


def test_encoders_read_the_same_texts(news, static):
    other = load_encoder("static", max_length=32, store=None)
    both = analyses.length_collapse(news, [static, other], lengths=(16, 64), arms=("cut", "random"))
    metric = both[both["metric"] == "MPD"]
    first, second = metric.iloc[:4], metric.iloc[4:]
    # Cut after 16 tokens, the two are one encoder; the second does not read 64.
    assert first["value"].iloc[0] == second["value"].iloc[0]
    assert second["status"].tolist() == ["measured", "not measured"] * 2


def test_lengths_that_few_documents_reach_are_not_measured(news, static):
    found = analyses.length_collapse(news, static, lengths=(32, 2000), arms=("cut", "repeat"))
    cut = found[(found["arm"] == "cut") & (found["n_tokens"] == 2000)]
    assert set(cut["status"]) == {"not measured"}
    assert cut["reason"].str.startswith("0 of 40 documents have 2000 tokens, expected").all()
    # What repeats a sentence needs no long document.
    repeat = found[(found["arm"] == "repeat") & (found["n_tokens"] == 2000)]
    assert repeat["status"].tolist() == ["measured"] * 4 + ["not measured"]


def test_fewer_documents_are_drawn_by_the_seed(news, static):
    wanted = {"lengths": (16, 64), "arms": ("cut", "random"), "n_documents": 6}
    first, again, other = (
        analyses.length_collapse(news, static, seed=seed, **wanted) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert set(first["n"]) == {6, 0}
    assert (first["value"] != other["value"]).any()


def test_few_documents_of_very_many_are_looked_for_among_some(static):
    corpus = Corpus.from_texts([f"Number {i} is a short text of its own." for i in range(2100)])
    few = analyses.length_collapse(corpus, static, lengths=(8, 64), arms=("cut",), n_documents=4)
    assert few["reason"].iloc[-1].startswith("0 of 2000 documents have 64 tokens")
    assert few["n"].iloc[0] == 4
    everything = check_lengths((8,), ("cut",), n_documents=None, seed=0)
    assert considered(corpus, everything) is corpus


def test_the_draw_does_not_depend_on_what_else_is_asked_for(news, static, texts):
    alone = plan(news, static, arms=("random",))["random", 64]
    assert alone.texts == texts["random", 64].texts


def test_labels(static):
    reviews = load_corpus("reviews", n_documents=80)
    found = analyses.length_collapse(reviews, static, lengths=(16,), arms=("cut",))
    row = analyses.single_row(found, metric="nn_accuracy")
    tokens = static.encode_with_tokens(reviews.documents["text"].tolist()).n_tokens
    chosen = reviews.documents[tokens >= 16]
    vectors = static.at_length(16).encode(chosen["text"].tolist())
    expected = measures.nearest_neighbour_accuracy(vectors, chosen["label"].tolist())
    assert row["value"] == pytest.approx(expected)
    assert row["ci_low"] < expected < row["ci_high"]
    assert row["reason"].startswith("by chance 0.")


@pytest.mark.parametrize(
    ("labels", "status", "reason"),
    [
        (["a"] * 6, "not measured", "all 6 texts have one label"),
        ([None] * 6, "not measured", "0 of 6 documents have a label"),
        (["a", "b", "a", "b", "a", None], "measured", "1 document without a label was left out"),
        ([1, "1", 2.5, 1, 2.5, True], "measured", "by chance"),
    ],
)
def test_labels_that_tell_little(static, labels, status, reason):
    texts = [f"The {word} goes to the market and comes back." for word in "abcdef"]
    corpus = Corpus("labelled", pd.DataFrame({"text": texts, "label": labels}))
    found = analyses.length_collapse(corpus, static, lengths=(8,), arms=("cut",))
    row = analyses.single_row(found, metric="nn_accuracy")
    assert row["status"] == status
    assert reason in row["reason"]


@pytest.mark.parametrize(
    "texts",
    [
        ["", "", ""],
        ["One", "two", "three"],
        ["", "A single document of some words. It has two sentences."],
        ["\u200b" * 40, "\u200b" * 50],
        ["Word. " * 30, "\u200b" * 40, "More words. " * 30, ""],
        ["The same text each time. " * 5] * 4,
    ],
    ids=["empty", "one word", "one document", "no direction", "mixed", "all equal"],
)
@pytest.mark.parametrize("name", ["static", "encoder"])
def test_hardly_any_text_leaves_reasons(request, name, texts):
    encoder = request.getfixturevalue(name)
    corpus = Corpus.from_texts(texts)
    found = analyses.length_collapse(corpus, encoder, lengths=(3, 8, 16))
    assert len(found) == 5 * 3 * 5
    missing = found["value"].isna()
    assert (found["status"][missing] == "not measured").all()
    assert (found["reason"][missing].str.len() > 0).all()
    open_ended = found["ci_low"].isna() & ~missing
    assert found["reason"][open_ended].str.contains("no interval").all()


def test_texts_without_direction_are_left_out(static):
    blank = "\u200b" * 40
    words = [f"The {word} stands by the river and waits for rain." for word in "abcdefgh"]
    corpus = Corpus.from_texts([f"{blank}. {text}" for text in words[:2]] + words)
    found = analyses.length_collapse(corpus, static, lengths=(8,), arms=("cut", "repeat"))
    assert set(found["status"][found["metric"] == "MPD"]) == {"measured"}


def test_equal_texts_have_no_effective_rank(static):
    corpus = Corpus.from_texts(["The same text each time, word for word."] * 5)
    found = analyses.length_collapse(corpus, static, lengths=(8,), arms=("cut",))
    rows = found.set_index("metric")
    assert rows.loc["MPD", "value"] < 1e-6
    assert rows.loc["uniformity", "value"] == pytest.approx(0, abs=1e-6)
    assert "do not differ" in rows.loc["effective_rank", "reason"]


def test_temperatures_read_the_same_texts(encoder):
    corpus = load_corpus("news", n_documents=8)
    found = analyses.length_collapse(
        corpus, [encoder, encoder.at_temperature(0.5)], lengths=(16, 32), arms=("cut", "random")
    )
    assert found["tau"].drop_duplicates().tolist() == [1.0, 0.5]
    plain, tempered = (part.reset_index(drop=True) for _, part in found.groupby("tau", sort=False))
    same = ["arm", "n_tokens", "mean_tokens", "mean_dispersion", "metric", "n"]
    pd.testing.assert_frame_equal(plain[same], tempered[same])
    assert (plain["value"] != tempered["value"])[plain["metric"] == "MPD"].all()


def test_lists_of_corpora(news, static):
    other = Corpus.from_texts(news.documents["text"].tolist()[:6], name="six")
    found = analyses.length_collapse([news, other], static, lengths=(16,), arms=("cut",))
    assert found["corpus"].drop_duplicates().tolist() == ["news", "six"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lengths": ()}, r"lengths is \(\)"),
        ({"lengths": (2, 16)}, "from 3 on"),
        ({"lengths": (16.5,)}, r"lengths is \(16.5,\)"),
        ({"arms": ()}, "arms is"),
        ({"arms": ("backwards",)}, "expected some of cut, natural, repeat, sequential, random"),
        ({"n_documents": 1}, "n_documents is 1"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_settings_are_checked(news, static, settings, message):
    with pytest.raises(InputError, match=message):
        analyses.length_collapse(news, static, **settings)
    with pytest.raises(InputError, match="no encoder"):
        analyses.length_collapse(news, [])
