"""What `CollapseMonitor` costs at its default interval, in a real run of a Trainer."""

import tempfile
import time
from pathlib import Path

from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from semshift_nb.corpora import load_corpus
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.training import CollapseMonitor

STEPS = 250


class Timed(CollapseMonitor):
    """Adds up what looking takes; the one at the end is asked for by nobody's interval."""

    spent = 0.0

    def _look(self, *given) -> None:
        start = time.perf_counter()
        super()._look(*given)
        self.spent += time.perf_counter() - start


def measure() -> list[dict[str, object]]:
    corpus = load_corpus("news")
    texts = corpus.sentences["text"].tolist()
    rows = Dataset.from_dict({"anchor": texts[:-1], "positive": texts[1:]})
    model = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    model.max_seq_length = 24
    with tempfile.TemporaryDirectory() as folder:
        monitor = Timed(corpus, Path(folder) / "trace.parquet", most={}, least_of_start={})
        settings = SentenceTransformerTrainingArguments(
            folder,
            max_steps=STEPS,
            per_device_train_batch_size=16,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            use_cpu=True,
        )
        loss = MultipleNegativesRankingLoss(model)
        trainer = SentenceTransformerTrainer(
            model, settings, train_dataset=rows, loss=loss, callbacks=[monitor]
        )
        start = time.perf_counter()
        trainer.train()
        whole = time.perf_counter() - start
    n = len(monitor.trace)
    each = monitor.spent / n
    return [
        {
            "benchmark": "CollapseMonitor, 256 texts, default interval",
            "ours_s": monitor.spent - each,
            "reference_s": whole - monitor.spent,
            "ratio": (monitor.spent - each) / (whole - monitor.spent),
            "target": "<= 0.02",
            "note": f"{n} probes of {each:.2f} s in {STEPS} steps; the last not counted",
        }
    ]


if __name__ == "__main__":
    print(measure())
