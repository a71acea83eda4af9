"""The monitor, in real runs of both Trainers: it catches a collapse and changes nothing."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import (
    CosineSimilarityLoss,
    MultipleNegativesRankingLoss,
)
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, Trainer, TrainingArguments

from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError
from semshift_nb.training import CollapseMonitor, CollapseWarning, ProbeSet, Trace
from semshift_nb.training.monitor import SHARE, Schedule

QUIET = {
    "report_to": "none",
    "save_strategy": "no",
    "logging_strategy": "no",
    "disable_tqdm": True,
    "use_cpu": True,
    "dataloader_pin_memory": False,
    "per_device_train_batch_size": 8,
}


@pytest.fixture(scope="module")
def news() -> Corpus:
    return load_corpus("news")


@pytest.fixture
def probe(news: Corpus) -> ProbeSet:
    return ProbeSet.of(news, n_documents=8, n_sentences=4)


def model_of(n_layers: int) -> SentenceTransformer:
    model = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    model.max_seq_length = 12
    model[0].model.encoder.layer = model[0].model.encoder.layer[:n_layers]
    return model


def fitted(
    folder: Path, news: Corpus, monitors: list[CollapseMonitor], *, collapsing: bool, steps: int
) -> SentenceTransformer:
    """Train on sentences and the next ones: told from others, or only drawn together."""
    texts = news.sentences["text"].tolist()[:65]
    columns = {"anchor": texts[:-1], "positive": texts[1:]}
    model = model_of(6 if collapsing else 2)
    if collapsing:
        columns["label"] = [1.0] * 64
    loss = (CosineSimilarityLoss if collapsing else MultipleNegativesRankingLoss)(model)
    settings = SentenceTransformerTrainingArguments(
        str(folder), max_steps=steps, learning_rate=1e-3, **QUIET
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit|.*pin_memory")
        trainer = SentenceTransformerTrainer(
            model, settings, train_dataset=Dataset.from_dict(columns), loss=loss, callbacks=monitors
        )
        trainer.train()
    return model


@pytest.mark.slow
def test_a_collapse_is_caught_and_stopped(tmp_path, news: Corpus, probe: ProbeSet):
    monitor = CollapseMonitor(probe, tmp_path / "a.parquet", every=2, stop=True)
    with pytest.warns(
        CollapseWarning, match=r"step \d+: mean_cosine is 0.9\d+, above the bound of"
    ):
        fitted(tmp_path, news, [monitor], collapsing=True, steps=30)
    trace = Trace.open(tmp_path / "a.parquet")
    assert trace.to_bytes() == monitor.trace.to_bytes()
    assert trace.status == "stopped"
    assert trace.steps[-1] < 30
    assert trace.values("mean_cosine")[-1] > 0.9 > trace.values("mean_cosine")[-2]
    assert trace.reason.startswith(f"step {trace.steps[-1]}: mean_cosine is 0.9")


@pytest.mark.slow
def test_a_healthy_training_is_left_as_it_would_have_been(tmp_path, news, probe):
    monitor = CollapseMonitor(probe, tmp_path / "a.parquet", every=2, stop=True)
    watched = fitted(tmp_path, news, [monitor], collapsing=False, steps=3)
    alone = fitted(tmp_path, news, [], collapsing=False, steps=3)
    for one, other in zip(watched.parameters(), alone.parameters(), strict=True):
        assert torch.equal(one, other)
    assert (monitor.trace.steps, monitor.trace.status) == ([0, 2, 3], "finished")
    expected = watched.encode(list(probe.texts))
    cosines = (expected @ expected.T)[np.triu_indices(len(expected), 1)]
    assert monitor.trace.values("mean_cosine")[-1] == pytest.approx(cosines.mean(), abs=1e-5)


@pytest.mark.slow
def test_a_trainer_of_transformers_is_watched_too(tmp_path, probe: ProbeSet):
    tokenizer = AutoTokenizer.from_pretrained(bundled_folder())
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    model = BertForMaskedLM(BertConfig(vocab_size=30522, intermediate_size=16, **shape))
    ids = tokenizer(list(probe.texts), padding="max_length", truncation=True, max_length=12)
    rows = Dataset.from_dict({**ids, "labels": ids["input_ids"]})
    monitor = CollapseMonitor(probe, tmp_path / "a.parquet", most={}, least_of_start={})
    Trainer(
        model,
        TrainingArguments(str(tmp_path), max_steps=2, **QUIET),
        train_dataset=rows,
        processing_class=tokenizer,
        callbacks=[monitor],
    ).train()
    assert monitor.trace.steps == [0, 2]
    one = tokenizer(probe.texts[0], return_tensors="pt")
    model.eval()
    with torch.no_grad():
        state = model.bert(**one).last_hidden_state[0].mean(dim=0).numpy()
    from semshift_nb.training.monitor import _embedded

    with torch.no_grad():
        found = _embedded(model, probe.texts, tokenizer)[0]
    np.testing.assert_allclose(found, state, atol=1e-5)


class State:
    """What the Trainers tell at each event."""

    def __init__(self, step: int, *, first: bool = True) -> None:
        self.global_step, self.is_world_process_zero = step, first


class Arguments:
    seed = 5


class Control:
    should_training_stop = False


def watching(monitor: CollapseMonitor, spreads: list[float], *, start: int = 0) -> Control:
    """Let a monitor see a model at steps 0, 1, ...; ``embed`` gives vectors of that spread."""
    control, model = Control(), torch.nn.Linear(1, 1)
    turns = iter(spreads)
    monitor._embed = lambda model, texts: cone(len(texts), next(turns))
    monitor.on_train_begin(Arguments, State(start), control, model=model)
    for step in range(start + 1, start + len(spreads)):
        monitor.on_step_end(Arguments, State(step), control, model=model)
    monitor.on_train_end(Arguments, State(start + len(spreads) - 1), control, model=model)
    return control


def cone(n: int, spread: float) -> np.ndarray:
    rows = np.random.default_rng(0).standard_normal((n, 5)) * spread
    return rows + np.eye(5)[0]


def test_a_bound_is_told_once_until_it_is_kept_again(tmp_path, probe: ProbeSet):
    monitor = CollapseMonitor(probe, tmp_path / "a", every=1, least_of_start={})
    with pytest.warns(CollapseWarning) as told:
        control = watching(monitor, [1.0, 0.01, 0.01, 1.0, 0.01])
    assert [str(each.message)[:7] for each in told] == ["step 1:", "step 4:"]
    assert not control.should_training_stop
    assert monitor.trace.status == "finished"


def test_vectors_that_are_not_finite_break_every_bound(tmp_path, probe: ProbeSet):
    monitor = CollapseMonitor(probe, tmp_path / "a", every=1, least={"LiDAR": 1.5}, stop=True)
    with pytest.warns(CollapseWarning, match="cannot be measured"):
        control = watching(monitor, [1.0, float("nan")])
    assert control.should_training_stop
    assert "LiDAR cannot be measured" in monitor.trace.reason


def test_of_a_training_that_goes_on_the_trace_goes_on(tmp_path, probe: ProbeSet):
    monitor = CollapseMonitor(probe, tmp_path / "a", every=1)
    watching(monitor, [1.0, 0.9, 0.8, 0.7])
    watching(monitor, [0.6, 0.5, 0.4], start=2)
    assert monitor.trace.steps == [0, 1, 2, 3, 4]
    assert Trace.open(tmp_path / "a").steps == [0, 1, 2, 3, 4]
    watching(monitor, [1.0, 0.9])
    assert Trace.open(tmp_path / "a").steps == [0, 1]  # begun anew


def test_a_disk_that_refuses_ends_nobodys_training(probe: ProbeSet):
    monitor = CollapseMonitor(probe, "/proc/a.parquet", every=1)
    with pytest.warns(UserWarning, match="cannot write '/proc/a.parquet'") as told:
        watching(monitor, [1.0, 0.9])
    assert len(told) == 1
    assert monitor.trace.steps == [0, 1]


def test_looking_takes_its_share_and_no_more():
    """Steps of a second and probes of half a second: one in 25, and the one at the start first."""
    schedule, now = Schedule(None), 100.0
    schedule.begin(now)
    now += 0.5
    schedule.looked(0.5)
    probes = []
    for step in range(1, 501):
        now += 1.0
        if schedule.due(step, now):
            probes.append(step)
            now += 0.5
            schedule.looked(0.5)
    assert probes[:3] == [50, 75, 100]
    assert 0.5 * (1 + len(probes)) <= SHARE * 500
    assert [step for step in range(1, 9) if Schedule(4).due(step, 0.0)] == [4, 8]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"probe": ["one"]}, "1 different text, expected 2"),
        ({"most": {"mean cosine": 0.9}}, "a bound is 'mean cosine': 0.9, expected a number for"),
        ({"least": {"MPD": "low"}}, "a bound is 'MPD': 'low'"),
        ({"every": 0}, "every is 0"),
        ({"stop": "yes"}, "stop is 'yes'"),
        ({"out": __file__}, "is no trace of a training"),
    ],
)
def test_bad_settings(tmp_path, options: dict, says: str):
    given = {"probe": ["a", "b"], "out": tmp_path / "a", **options}
    with pytest.raises(InputError, match=says):
        CollapseMonitor(**given)


@pytest.mark.parametrize(
    ("embed", "says"),
    [
        (None, "Linear does not say how it embeds texts: hand in embed"),
        (lambda model, texts: np.ones((1, 3)), r"embed gave an array of shape \(1, 3\) for 32"),
    ],
)
def test_a_model_that_cannot_be_asked(tmp_path, probe: ProbeSet, embed, says: str):
    monitor = CollapseMonitor(probe, tmp_path / "a", embed=embed)
    with pytest.raises(InputError, match=says):
        monitor.on_train_begin(Arguments, State(0), Control(), model=torch.nn.Linear(1, 1))
