"""All layers and poolings in one pass, against one pass for each of them.

Run as ``python tests/benchmarks/bench_layers.py [n_sentences]``.
"""

import sys
from typing import Any

import numpy as np
from bench_encode import interleaved, sentences

N_SENTENCES = 300


def measure(n_sentences: int = N_SENTENCES) -> list[dict[str, Any]]:
    """Measure `read_layers` against the views it fills, and against the plain encoding."""
    from semshift_nb.encoders import load_encoder

    encoder = load_encoder("minilm", device="cpu", store=None)
    texts = sentences(n_sentences)
    found = encoder.read_layers(texts)
    views = {place: encoder.at_layer(place[0], pooling=place[1]) for place in found}

    def one_by_one() -> dict[tuple[int, str], np.ndarray]:
        return {place: view.encode(texts) for place, view in views.items()}

    apart = one_by_one()
    worst = max(float(np.abs(apart[place] - found[place].vectors).max()) for place in found)
    name = f"{len(views)} layers and poolings of {n_sentences} sentences"
    together = interleaved(lambda: encoder.read_layers(texts), one_by_one)
    once = interleaved(lambda: encoder.read_layers(texts), lambda: encoder.encode(texts))
    note = "the reference is the plain encoding: what looking at all layers costs besides"
    return [
        {
            "benchmark": f"{name}, one pass against one for each",
            **together,
            "target": ">= 10",
            "note": f"largest difference {worst:.1e}",
        },
        {"benchmark": f"{name}, against one plain", **once, "target": ">= 0.6", "note": note},
    ]


if __name__ == "__main__":
    for row in measure(*(int(argument) for argument in sys.argv[1:])):
        print(row)
