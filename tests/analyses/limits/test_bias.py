"""What fools an encoder: one that counts words must be fooled by exactly what it cannot see."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb.analyses import bias_probes, position_probes
from semshift_nb.analyses.limits.probes import bias_pair, draw_probes, position_pair
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

BIASES = ["none", "shorter", "earlier", "literal", "repetitive", "all"]


@pytest.fixture(scope="module")
def news() -> Corpus:
    return load_corpus("news", n_documents=30)


def value(table: pd.DataFrame, **where: object) -> float:
    for column, wanted in where.items():
        table = table[table[column] == wanted]
    assert len(table) == 1
    return float(table["value"].iloc[0])


def hand() -> Corpus:
    return Corpus.from_texts(
        [
            "The old river bank gave way on Monday. Fields were under water soon.",
            "A comet passed over the town tonight. Nobody there had seen one before.",
            "Prices of bread rose again this spring. People queued before the shops.",
        ]
    )


def test_a_sentence_is_parted_into_subject_question_and_answer():
    probes, note = draw_probes(hand(), n_questions=3, n_others=2, seed=0)
    assert note == ""
    assert {probe.doc_id for probe in probes} == {"0", "1", "2"}
    for probe in probes:
        assert probe.question.startswith(probe.subject)
        assert f"{probe.question} {probe.answer}" == probe.sentence
        own = hand().documents.set_index("doc_id")["text"][probe.doc_id]
        assert {probe.sentence, probe.beside} == set(hand().sentences.query(
            "doc_id == @probe.doc_id")["text"])  # fmt: skip
        assert not any(other in own for other in probe.others)
        assert len(probe.others) == 2


def test_every_answering_text_has_the_answer_and_no_foil_has_it(news: Corpus):
    probes, _ = draw_probes(news, n_questions=30, n_others=5, seed=0)
    assert len(probes) == 30
    for probe in probes:
        pairs = {bias: bias_pair(probe, bias, 6) for bias in BIASES}
        for bias, pair in pairs.items():
            assert probe.answer in pair.answering, bias
            assert probe.answer not in pair.foil, bias
            assert pair.answering[: pair.answer_end].endswith(probe.answer), bias
            others = sum(other in pair.answering for other in probe.others)
            assert others == (4 if bias == "literal" else 5)
        assert probe.question not in pairs["literal"].answering
        assert pairs["repetitive"].foil.count(probe.subject) >= 6
        assert pairs["earlier"].foil.startswith(probe.beside)
        assert pairs["earlier"].answering.endswith(probe.sentence)
        assert len(pairs["all"].foil) < len(probe.sentence)
        assert pairs["none"].foil == pairs["none"].answering.replace(probe.sentence, probe.beside)
        for position, n_before in (("first", 0), ("middle", 2), ("last", 5)):
            pair = position_pair(probe, position, 6)
            before = pair.answering[: pair.answer_end - len(probe.sentence)]
            assert sum(other in before for other in probe.others) == n_before


def test_an_encoder_that_counts_words_knows_no_place(news: Corpus, static: Encoder):
    """A mean of word vectors: the order of sentences is nothing to it, their number is."""
    table = bias_probes(news, static, n_questions=30)
    change = table[table["metric"] == "win_rate_change"].set_index("bias")
    assert change.loc["earlier", ["value", "ci_low", "ci_high"]].tolist() == [0, 0, 0]
    assert change.loc["repetitive", "ci_high"] < -0.5
    assert value(table, bias="none", metric="win_rate") > 0.9
    for bias in BIASES[1:]:
        rates = [value(table, bias=each, metric="win_rate") for each in (bias, "none")]
        assert change.loc[bias, "value"] == pytest.approx(rates[0] - rates[1])
    places = position_probes(news, static, n_questions=30, lengths=(1, 8))
    effects = places[~places["metric"].eq("win_rate")]
    assert effects["metric"].tolist() == ["dilution", "position", "truncation"]
    assert effects["reason"].tolist()[2] == "no answer lies beyond what the model reads"
    assert value(effects, metric="position") == 0
    assert value(effects, metric="dilution") <= 0


def test_win_rates_by_hand(news: Corpus, static: Encoder):
    probes, _ = draw_probes(news, n_questions=30, n_others=5, seed=0)
    pairs = [bias_pair(probe, "literal", 6) for probe in probes]
    questions = static.encode([probe.question for probe in probes], role="query")
    own, foils = (
        (questions * static.encode(list(texts))).sum(axis=1)
        for texts in zip(*[pair[:2] for pair in pairs], strict=True)
    )
    table = bias_probes(news, static, n_questions=30, biases=["literal"])
    assert value(table, bias="literal", metric="win_rate") == np.mean(own > foils)


def test_what_lies_beyond_the_limit_is_cut_off_and_not_diluted(news: Corpus, static: Encoder):
    """Last in a text of which the model sees 40 tokens, the answer is worth what a stranger is."""
    briefly = static.at_length(40)
    table = position_probes(
        news, briefly, n_questions=30, lengths=(1, 12), positions=("first", "last")
    )
    cut = table[table["metric"] == "truncation"].iloc[0]
    assert (cut["answer"], cut["n_sentences"]) == ("cut off", 12)
    assert cut["ci_high"] < -0.2
    unread = table[table["metric"] == "position"].iloc[0]
    assert unread["reason"] == "the model reads none of these answers"
    whole = position_probes(
        news, static, n_questions=30, lengths=(1, 12), positions=("first", "last")
    )
    assert whole.loc[whole["metric"] == "truncation", "status"].tolist() == ["not measured"]
    # Texts whose seen beginnings are equal are equal: what is cut off makes no difference.
    last = table[(table["position"] == "last") & table["status"].eq("measured")]
    assert last["truncated_share"].tolist() == [1.0] * len(last)


def test_encoders_are_asked_the_same_and_each_has_its_rows(static: Encoder):
    table = bias_probes(hand(), [static, static.at_temperature(1)], n_questions=2, n_sentences=2)
    halves = np.array_split(table["value"].to_numpy(), 2)
    assert halves[0].tolist() == halves[1].tolist()


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (
            ["Only one sentence of some length stands here."],
            "no document has a sentence of 6 words",
        ),
        (["z", "", "Rates rose. Banks fell."], "no document has a sentence"),
        (
            ["The old river bank gave way on Monday. Fields were under water soon."],
            "a text of 6 sentences needs 5 of other documents; there are 0",
        ),
    ],
    ids=["one sentence", "crumbs", "one document"],
)
def test_too_few_sentences_are_a_reason_in_every_row(
    texts: list[str], reason: str, static: Encoder
):
    corpus = Corpus.from_texts(texts)
    found = [bias_probes(corpus, static), position_probes(corpus, static, lengths=(6,))]
    for table in found:
        assert table["status"].eq("not measured").all()
        assert table["reason"].str.startswith(reason).all()
    # As many rows as there are where all is measured: nobody who asks for one finds none.
    full = [
        bias_probes(hand(), static, n_sentences=2),
        position_probes(hand(), static, lengths=(3,)),
    ]
    for table, expected in zip(found, full, strict=True):
        assert table["metric"].tolist() == expected["metric"].tolist()


def test_fewer_questions_than_asked_for_are_told(static: Encoder):
    table = bias_probes(hand(), static, n_sentences=3)
    assert table["n"].eq(3).all()
    assert table["reason"].str.startswith("3 of 100 questions: no other document").all()


def test_chinese_is_parted_between_its_characters(static: Encoder):
    texts = ["银行昨天再次提高了基本利率。居民在河边种植了许多柳树并且照料它们。"] * 2
    corpus = Corpus.from_texts(texts, language="zh")
    probes, _ = draw_probes(corpus, n_questions=2, n_others=1, seed=0)
    assert len(probes) == 2
    assert {probe.question + probe.answer for probe in probes} <= set(corpus.sentences["text"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda c, e: bias_probes(c, e, biases=["longer"]),
            r"biases is \['longer'\]",
        ),
        (lambda c, e: bias_probes(c, e, n_sentences=1), "n_sentences is 1"),
        (lambda c, e: bias_probes(c, e, n_questions=1), "n_questions is 1"),
        (lambda c, e: bias_probes(c, []), "got no encoder"),
        (lambda c, e: position_probes(c, e, positions=["end"]), r"positions is \['end'\]"),
        (lambda c, e: position_probes(c, e, lengths=[0]), r"lengths is \[0\]"),
        (lambda c, e: position_probes(c, e, lengths=[]), r"lengths is \[\]"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message: str, static: Encoder):
    with pytest.raises(InputError, match=message):
        call(hand(), static)
