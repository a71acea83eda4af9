"""Splitting at the turns against the semantic chunkers in use, with the same model.

Run as ``python tests/benchmarks/bench_split.py [n_texts]``. LangChain's SemanticChunker,
LlamaIndex's SemanticSplitterNodeParser and chonkie's SemanticChunker are installed beside our own
environment (in runs/, once), and all go over the same texts in one process, text by text in turns.
Ratios are ours over theirs: of the time, and of Pk and of the variation of chunk sizes, which the
notes spell out.
"""

import json
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semshift_nb import load_corpus, load_encoder, measures
from semshift_nb.corpora import concatenated_segments, load_segments

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "runs" / "peers-split"
PACKAGES = ("langchain-experimental>=0.4", "chonkie>=1.4")
CHOI = ROOT.parent / "shared" / "data" / "segmentation" / "choi_dev.jsonl"
N_TEXTS = 60


def environment() -> Path:
    """Make the peers' environment; what we have installed ourselves is seen from it."""
    python = PEERS / "bin" / "python"
    if not (PEERS / "done").exists():
        venv.create(PEERS, with_pip=True, clear=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        ours = sysconfig.get_paths()["purelib"]
        (PEERS / "lib" / version / "site-packages" / "ours.pth").write_text(
            f"import site; site.addsitedir({ours!r})\n"
        )
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (PEERS / "done").touch()
    return python


def known_texts(n_texts: int) -> dict[str, pd.DataFrame]:
    """Return texts of known segments: put together from a bundled corpus, and Choi's if there."""
    news = concatenated_segments(load_corpus("news"), n_texts=max(n_texts // 2, 1), seed=0)
    texts = {"news, concatenated": news}
    if CHOI.is_file():
        choi = load_segments(CHOI)
        rows = np.linspace(0, len(choi) - 1, min(n_texts, len(choi))).astype(int)
        texts["choi_dev"] = choi.iloc[rows]
    return texts


def plain(segments: list[list[str]]) -> list[str]:
    """Return the sentences, each on one line."""
    return [" ".join(sentence.split()) for segment in segments for sentence in segment]


def compare(texts: dict[str, pd.DataFrame]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "texts.json", Path(folder) / "found.json"
        source.write_text(
            json.dumps({name: list(map(plain, table["segments"])) for name, table in texts.items()})
        )
        script = Path(__file__).with_name("peers_split.py")
        subprocess.run([environment(), script, source, out], check=True)
        return json.loads(out.read_text())["found"]


def figures(table: pd.DataFrame, found: dict[str, list]) -> dict[str, float]:
    """Judge what one splitter made of one set of texts."""
    encoder = load_encoder("minilm", store=None)
    segments = table["segments"].tolist()
    pairs = [
        (list(map(len, one)), sizes) for one, sizes in zip(segments, found["sizes"], strict=True)
    ]
    tokens = [
        [len(ids) - 2 for ids in encoder.at_length(None).token_ids(plain(one))] for one in segments
    ]
    chunks = [
        np.add.reduceat(counts, np.cumsum([0, *sizes[:-1]]))
        for counts, (_, sizes) in zip(tokens, pairs, strict=True)
    ]
    seconds = sum(found["seconds"])
    return {
        "Pk": np.mean([measures.pk(*pair) for pair in pairs]),
        "WindowDiff": np.mean([measures.window_diff(*pair) for pair in pairs]),
        "F1": np.mean([measures.boundary_f1(*pair).f1 for pair in pairs]),
        "size_variation": measures.size_variation(np.concatenate(chunks)),
        "seconds": seconds,
        "tokens_s": sum(map(sum, tokens)) / seconds,
    }


def measure(n_texts: int = N_TEXTS) -> list[dict[str, Any]]:
    """Compare on each set of texts; a row for each peer, and one for what is to be reached."""
    texts, rows = known_texts(n_texts), []
    for name, found in compare(texts).items():
        judged = {splitter: figures(texts[name], one) for splitter, one in found.items()}
        ours = judged.pop("ours")
        rows.append(row(name, "ours", ours, ours))
        rows += [row(name, peer, ours, theirs) for peer, theirs in judged.items()]
    return rows


def row(
    name: str, splitter: str, ours: dict[str, float], theirs: dict[str, float]
) -> dict[str, Any]:
    ratios = {key: ours[key] / theirs[key] for key in ("Pk", "size_variation")}
    told = ", ".join(f"{key} {value:.4g}" for key, value in theirs.items() if key != "seconds")
    against = (
        ""
        if splitter == "ours"
        else (
            f"; ours over theirs: Pk {ratios['Pk']:.2f} (<= 0.5), "
            f"size variation {ratios['size_variation']:.2f} (< 1)"
        )
    )
    return {
        "benchmark": f"split, {name}, {splitter}",
        "ours_s": ours["seconds"],
        "reference_s": theirs["seconds"],
        "ratio": ours["seconds"] / theirs["seconds"],
        "target": "Pk <= 0.06 on choi_dev" if splitter == "ours" else "<= 1",
        "note": told + against,
    }


if __name__ == "__main__":
    for line in measure(*(int(argument) for argument in sys.argv[1:])):
        print(line)
