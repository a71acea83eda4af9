"""Pairs of texts: where they come from, which of them are positive, and what cannot be used."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semshift_nb.corpora import (
    Corpus,
    TextPairs,
    adjacent_sentences,
    load_corpus,
    load_pairs,
    load_parallel,
    pair_sets,
    parallel_texts,
    repeated_texts,
)
from semshift_nb.errors import InputError

SCORED = pd.DataFrame(
    {
        "sentence1": ["A cat sat.", "Rain fell.", "Snow fell.", "A cat sat."],
        "sentence2": ["A cat was sitting.", "It rained.", "It rained.", "Prices rose."],
        "score": [5.0, 4.0, 2.5, 0.0],
    }
)
TEXTS = [
    "A river has two banks. Water flows between them. Fish swim in it.",
    "Only one sentence stands here.",
    "No. Prices rose again in the spring. Yes. Nobody knew the reason why.",
    "",
]


def written(folder: Path, ending: str) -> Path:
    path = folder / f"sts{ending}"
    if ending == ".csv":
        SCORED.to_csv(path, index=False)
    elif ending == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in SCORED.to_dict("records")))
    else:
        SCORED.to_parquet(path)
    return path


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_a_file_of_each_kind(tmp_path: Path, ending: str) -> None:
    pairs = load_pairs(written(tmp_path, ending))
    assert repr(pairs) == "<TextPairs 'sts' (labelled pairs): 4 pairs, 2 of them from 4 on>"
    assert pairs.table["left"].tolist() == SCORED["sentence1"].tolist()
    assert pairs.table["right"].tolist() == SCORED["sentence2"].tolist()
    assert pairs.scores.tolist() == [5, 4, 2.5, 0]
    assert pairs.positive.tolist() == [True, True, False, False]
    # Seven texts stand in the pairs, each of which is there once.
    assert pairs.texts["text"].tolist() == [
        *["A cat sat.", "A cat was sitting.", "Rain fell.", "It rained."],
        *["Snow fell.", "Prices rose."],
    ]


def test_the_bound_may_be_given_and_the_scale_may_begin_anywhere() -> None:
    assert load_pairs(SCORED, min_score=2.5).positive.sum() == 3
    shifted = SCORED.assign(score=SCORED["score"] - 10)
    assert load_pairs(shifted).min_score == pytest.approx(-6)


def test_without_scores_every_pair_is_positive() -> None:
    pairs = load_pairs(SCORED.drop(columns="score"))
    assert (pairs.scores, pairs.min_score) == (None, None)
    assert pairs.positive.all()
    with pytest.raises(InputError, match="no scores, but only those from 3 on"):
        load_pairs(SCORED.drop(columns="score"), min_score=3)


def test_columns_may_be_named_whatever_else_is_there(tmp_path: Path) -> None:
    # A column text, and a file is not taken for one of documents.
    table = SCORED.rename(columns={"sentence1": "text", "sentence2": "paraphrase"})
    for ending, write in ((".jsonl", pd.DataFrame.to_json), (".parquet", pd.DataFrame.to_parquet)):
        path = tmp_path / f"named{ending}"
        options = {"orient": "records", "lines": True} if ending == ".jsonl" else {}
        write(table, path, **options)
        pairs = load_pairs(path, columns=("text", "paraphrase", "score"))
        assert pairs.table["right"].tolist() == SCORED["sentence2"].tolist()
    assert load_pairs(table, columns=("paraphrase", "text")).scores is None
    with pytest.raises(InputError, match="columns 'text', 'paraphrase', 'score', and the usual"):
        load_pairs(table)
    with pytest.raises(InputError, match="'text', 'translation' were looked for"):
        load_pairs(table, columns=("text", "translation"))
    with pytest.raises(InputError, match="'text', 'text' were looked for"):
        load_pairs(table, columns=("text", "text"))


def test_some_of_the_pairs() -> None:
    some = load_pairs("simlex999", n_pairs=20, seed=1)
    assert len(some) == 20
    assert some.min_score == 8
    whole = load_pairs("simlex999").table
    assert whole.merge(some.table, how="inner").shape == (20, 4)
    assert load_pairs(SCORED, n_pairs=3).min_score == 4
    with pytest.raises(InputError, match="n_pairs is 0"):
        load_pairs("simlex999", n_pairs=0)


def test_the_bundled_word_pairs_are_those_that_were_published() -> None:
    # 353 pairs of 437 words (Finkelstein et al. 2002); 999 pairs of 1,028 words (Hill et al. 2015).
    # The first line of each file; of WordSim the mean judgement of "tiger, cat" is 7.35.
    words, likeness = load_pairs("wordsim353"), load_pairs("simlex999")
    assert (len(words), len(words.texts)) == (353, 437)
    assert (len(likeness), len(likeness.texts)) == (999, 1028)
    tiger = words.table.query("left == 'tiger' and right == 'cat'")
    assert tiger["score"].tolist() == [7.35]
    assert words.scores.max() <= 10
    assert words.min_score == likeness.min_score == 8


def test_neighbours_stand_next_to_each_other_in_one_document() -> None:
    pairs = adjacent_sentences(Corpus.from_texts(TEXTS), per_document=9)
    # "No." and "Yes." are crumbs, so that the third document has no two neighbours.
    assert pairs.table[["group", "left", "right"]].to_numpy().tolist() == [
        ["0", "A river has two banks.", "Water flows between them."],
        ["0", "Water flows between them.", "Fish swim in it."],
    ]
    real = load_corpus("news", n_documents=30)
    drawn = adjacent_sentences(real, per_document=2, seed=4)
    texts = real.documents.set_index("doc_id")["text"]
    for group, left, right in drawn.table.itertuples(index=False):
        between = texts[group].split(left, 1)[1].split(right, 1)[0]
        assert between.strip() == ""
    assert drawn.table["group"].value_counts().max() == 2
    assert drawn.table.equals(adjacent_sentences(real, per_document=2, seed=4).table)
    assert not drawn.table.equals(adjacent_sentences(real, per_document=2, seed=5).table)


def test_a_text_said_again() -> None:
    pairs = repeated_texts(Corpus.from_texts(TEXTS), times=4)
    assert pairs.table["group"].tolist() == ["0", "1", "2"]
    for left, right in zip(pairs.table["left"], pairs.table["right"], strict=True):
        assert right == f"{left} {left} {left} {left}"
    with pytest.raises(InputError, match="times is 1"):
        repeated_texts(Corpus.from_texts(TEXTS), times=1)


@pytest.mark.parametrize("make", [adjacent_sentences, repeated_texts])
def test_a_corpus_without_such_pairs_has_none(make) -> None:
    none = make(Corpus.from_texts(["No.", ""]))
    assert (len(none), len(none.texts), len(none.positive)) == (0, 0, 0)
    with pytest.raises(InputError, match="per_document is 0"):
        make(Corpus.from_texts(TEXTS), per_document=0)


def test_all_kinds_in_one_call(tmp_path: Path) -> None:
    corpus = Corpus.from_texts(TEXTS)
    for name in ("en", "de"):
        corpus.documents[["doc_id", "text"]].to_csv(tmp_path / f"{name}.csv", index=False)
    sets = pair_sets(corpus, labelled="wordsim353", parallel=tmp_path, n_pairs=2, min_score=3)
    # The last of the four texts has no words.
    assert [(each.kind, len(each)) for each in sets] == [
        *(("adjacent sentences", 1), ("repeated texts", 3)),
        *(("labelled pairs", 2), ("parallel texts", 2)),
    ]
    assert sets[2].min_score == 3
    assert len(pair_sets(corpus)) == 2


def test_documents_of_the_same_id_are_translations() -> None:
    left = Corpus("en", pd.DataFrame({"doc_id": ["b", "a", "c"], "text": ["two", "one", "three"]}))
    right = Corpus(
        "de", pd.DataFrame({"doc_id": ["a", "b", "c", "d"], "text": ["1", "2", " ", "4"]})
    )
    pairs = parallel_texts(left, right)
    assert (pairs.name, pairs.kind) == ("en and de", "parallel texts")
    # c has no words on one side, and d no other side.
    assert pairs.table.to_numpy().tolist() == [["b", "two", "2"], ["a", "one", "1"]]
    with pytest.raises(InputError, match="no document of corpus 'en' is in 'texts' as well"):
        parallel_texts(left, Corpus.from_texts(["else"]))


def test_a_folder_with_two_languages(tmp_path: Path) -> None:
    for language, text in (("en", "A comet passed."), ("zh", "一颗彗星经过。")):
        (tmp_path / language).mkdir()
        line = json.dumps({"_id": "p0", "title": "", "text": text}) + "\n"
        (tmp_path / language / "corpus.jsonl").write_text(line, "utf-8")
    pairs = load_parallel(tmp_path)
    assert pairs.table.to_numpy().tolist() == [["p0", "A comet passed.", "一颗彗星经过。"]]
    assert load_parallel(tmp_path, parts=("zh", "en")).name == "zh and en"
    (tmp_path / "de.csv").write_text("doc_id,text\np0,Ein Komet zog vorbei.\n")
    with pytest.raises(InputError, match=r"holds 'de.csv', 'en', 'zh'.*folder with two corpora"):
        load_parallel(tmp_path)
    assert load_parallel(tmp_path, parts=("de.csv", "en")).name == "de and en"
    with pytest.raises(InputError, match="holds nothing"):
        load_parallel(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (pd.DataFrame({"left": ["a"]}), "no column 'right'"),
        (pd.DataFrame({"left": ["a", None], "right": "b"}), "left texts .* 1 of 2 .* at 1"),
        (pd.DataFrame({"left": ["a"], "right": [3.5]}), r"right texts .*the first is 3\.5"),
        (
            pd.DataFrame({"left": "a", "right": "b", "score": ["4", "many", np.nan]}),
            "scores .* 2 of 3 rows, counted from 0 at 1, 2 .*'many'",
        ),
    ],
)
def test_what_is_no_pair_is_named(table: pd.DataFrame, told: str) -> None:
    with pytest.raises(InputError, match=told):
        TextPairs("bad", "labelled pairs", table)


def test_a_bound_that_no_pair_reaches_and_a_source_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="min_score is 6, but scores go from 0 to 5"):
        load_pairs(SCORED, min_score=6)
    with pytest.raises(InputError, match="have no row"):
        load_pairs(SCORED.iloc[:0])
    for source in (tmp_path / "none.csv", "wordsim354", "", tmp_path):
        with pytest.raises(InputError, match="wordsim353, simlex999"):
            load_pairs(source)


def test_half_a_character_is_mended() -> None:
    left = pd.Series(["a\ud800"], dtype=object)
    pairs = TextPairs("cut", "x", pd.DataFrame({"left": left, "right": "b"}))
    assert pairs.table["left"][0] == "a\ufffd"
