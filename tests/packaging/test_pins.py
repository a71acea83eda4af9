"""What must not move, whatever is rebuilt behind it: compared with ``pins.json``.

Store keys, because whoever has vectors on disk would have to compute them again; columns, options,
names and the files of a report, because other people's code reads them. All of it is asked for at
the public doors, so that this file stays as it is when the house behind them changes.

A change that is meant is written down by ``python tests/packaging/test_pins.py`` and shows in the
diff of ``pins.json``.
"""

import contextlib
import dataclasses
import importlib
import inspect
import json
import tempfile
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
import typer
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import semshift_widgets
from semshift_nb import analyses, corpora, encoders, load_corpus, load_encoder, measures
from semshift_nb.cli import app
from semshift_nb.encoders import Encoder, Schedule, Store, constant, entropy_matched, tempscale
from semshift_nb.reports import run_report
from semshift_widgets import (
    DiagnosisExplorer,
    ShiftExplorer,
    SpectrumExplorer,
    SplitExplorer,
    TempScaleExplorer,
)

pytestmark = pytest.mark.slow

PINS = Path(__file__).with_name("pins.json")
DIM, N_LAYERS, N_HEADS = 384, 6, 12
# A processor without AVX2 draws other weights for a twin, and they have another key.
DRAWS_ALIKE = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
TEXT = "A river runs to the sea \ud800"  # malformed, as texts out of old files are
PUBLIC = ["semshift_nb", "semshift_nb.encoders", "semshift_nb.corpora", "semshift_nb.reports"]

Views = Iterator[tuple[str, Encoder]]


# --- store keys: a view encodes one text, and what appears in an empty store is its key


def fixed_corrections() -> dict[str, measures.Correction]:
    """Corrections of every form, of numbers that no processor rounds: their keys are hashes."""
    mean = np.arange(DIM) / 512
    axes = np.eye(DIM)
    return {
        "centred": measures.fit_centring(np.array([mean, -mean, axes[0], -axes[0]])),
        "all but the top": measures.Correction("all but the top 2", mean, removed=axes[:2]),
        "whitened": measures.Correction("whitened", mean, matrix=axes * (1 + 4 * mean)),
        "PCA": measures.Correction("PCA 8", mean, matrix=axes[:, :8]),
        "without dimensions": measures.drop_dimensions([0, 7], dim=DIM),
        "some dimensions": measures.keep_dimensions([5, 3, 300], dim=DIM),
    }


def transformed(encoder: Encoder) -> Views:
    corrections = fixed_corrections()
    for name, correction in corrections.items():
        yield f"after {name}", encoder.after(correction)
    twice = encoder.after(corrections["centred"]).after(corrections["without dimensions"])
    yield "after centred, then without dimensions", twice


def layered(encoder: Encoder) -> Views:
    for layer in (0, 3, encoder.layers[-1], None):
        for pooling in (None, "mean", "cls", "max"):
            yield f"layer {layer}, pooling {pooling}", encoder.at_layer(layer, pooling=pooling)


def tempered(encoder: Encoder) -> Views:
    taus = {
        "1": 1,
        "0.8": 0.8,
        "per layer": [0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
        "per head": (np.arange(N_LAYERS * N_HEADS).reshape(N_LAYERS, N_HEADS) + 64) / 128,
        "constant(0.8)": constant(0.8),
        "entropy_matched(32)": entropy_matched(32),
        "a schedule": Schedule("mine", (16, 64), (1.0, 0.5)),
        "a function": lambda n_tokens: 1.0 if n_tokens < 20 else 0.75,
    }
    for name, tau in taus.items():
        yield f"tau {name}", encoder.at_temperature(tau)


def combined(encoder: Encoder) -> Views:
    correction = fixed_corrections()["without dimensions"]
    yield "layer 3, tau 0.8", encoder.at_layer(3).at_temperature(0.8)
    yield "tau 0.8, layer 3 cls", encoder.at_temperature(0.8).at_layer(3, pooling="cls")
    yield "length 16, schedule", encoder.at_length(16).at_temperature(entropy_matched(32))
    yield "function, length 16", encoder.at_temperature(lambda n: 0.5 + 1 / n).at_length(16)
    yield "layer 0, length 16, after", encoder.at_layer(0).at_length(16).after(correction)
    yield "after, layer 2, tau", encoder.after(correction).at_layer(2).at_temperature(0.5)


def twins(encoder: Encoder) -> Views:
    twin = encoder.random_twin(1)
    yield "twin 1", twin
    yield "twin 1, length 16", twin.at_length(16)
    yield "twin 1, after", twin.after(fixed_corrections()["centred"])
    if encoder.layers[-1]:
        yield "twin 1, layer 3 max, tau 0.8", twin.at_layer(3, pooling="max").at_temperature(0.8)
        yield "tau 0.8, twin 1", encoder.at_temperature(0.8).random_twin(1)


def lengths(encoder: Encoder) -> Views:
    yield "length 16", encoder.at_length(16)
    yield "length None", encoder.at_length(None)


def minilm_views(store: Store) -> Views:
    encoder = load_encoder("minilm", device="cpu", store=store)
    yield "plain", encoder
    for views in (layered, tempered, lengths, transformed, combined, twins):
        yield from views(encoder)
    options = [{"max_length": 16}, {"pooling": "cls"}, {"pooling": "max", "max_length": 16}]
    halves = [{"dtype": "bfloat16"}, {"dtype": "float16"}]
    for option in [*options, *halves]:
        yield f"loaded with {option}", load_encoder("minilm", device="cpu", store=store, **option)
    half = load_encoder("minilm", device="cpu", store=store, dtype="bfloat16")
    yield "bfloat16, layer 3, tau 0.8", half.at_layer(3).at_temperature(0.8)


def static_views(store: Store) -> Views:
    encoder = load_encoder("static", store=store)
    yield "plain", encoder
    for pooling in ("mean", "max"):
        yield f"layer 0, pooling {pooling}", encoder.at_layer(0, pooling=pooling)
    for views in (lengths, transformed, twins):
        yield from views(encoder)
    for option in ({"max_length": 16}, {"dtype": "bfloat16"}, {"dtype": "float16"}):
        yield f"loaded with {option}", load_encoder("static", store=store, **option)


def taken_out(encoder: Encoder) -> dict[str, object]:
    """Describe all that a store holds, and empty it."""
    store = encoder.store
    found = {}
    for space in store.spaces()["space"]:
        (shard,) = (store.root / space).glob("*.parquet")
        keys = pq.read_table(shard, columns=["key"])["key"].to_pylist()
        described = json.loads((store.root / space / "space.json").read_text(encoding="utf-8"))
        found[space] = {**described, "text_keys": [key.hex() for key in keys]}
        store.delete(space)
    return found


def key_of(encoder: Encoder) -> dict[str, object]:
    kept = {}
    for role in ("document", "query"):
        encoder.encode([TEXT], role=role)
        kept |= taken_out(encoder)
    told = {"name": encoder.name, "fingerprint": encoder.fingerprint}
    return {**told, "temperature": encoder.temperature.key, "kept": kept}


def block_key(encoder: Encoder) -> dict[str, object]:
    with tempscale(encoder, 0.8):
        return key_of(encoder)


def layers_keys(encoder: Encoder) -> list[str]:
    """What a pass over several layers keeps is what their own views would find."""
    encoder.at_temperature(0.8).read_layers([TEXT], layers=[0, 3], poolings=["mean", "cls"])
    return list(taken_out(encoder))


def minilm_keys(folder: Path) -> dict[str, object]:
    views = dict(minilm_views(Store(folder)))
    found = {name: key_of(view) for name, view in views.items()}
    found["in a block of tau 0.8"] = block_key(views["plain"])
    return {**found, "read_layers": layers_keys(views["plain"])}


def static_keys(folder: Path) -> dict[str, object]:
    return {name: key_of(view) for name, view in static_views(Store(folder))}


# --- columns: every public table of a handful of texts, each column with its kind of number


def columns(table: pd.DataFrame | pd.Series) -> list[str]:
    if isinstance(table, pd.Series):  # a row: its numbers have no common kind
        return [str(name) for name in table.index]
    return [f"{name}: {dtype.kind}" for name, dtype in table.dtypes.items()]


def shift_tables(news: corpora.Corpus, static: Encoder) -> dict[str, object]:
    labelled = corpora.Corpus("labelled", news.documents.assign(label="news"))
    reading = analyses.ShiftSession(news, static)
    document = reading.document(news.documents["doc_id"][0])
    vectors, sentences = document.embeddings, document.sentences
    bounds = {"start": 0, "stop": 2}
    return {
        "document_shift": analyses.document_shift(news, static),
        "document_shift, labels": analyses.document_shift(labelled, static),
        "prefix_shift": analyses.prefix_shift(news, static),
        "sentence_shift": analyses.sentence_shift(news, static),
        "window_shift": analyses.window_shift(news, static, n_sentences=2, n_windows=4),
        "range_shift": analyses.range_shift(
            sentences, vectors, **bounds, encoder=static, text=document.text
        ),
        "predictors": analyses.predictors(analyses.document_shift(news, static), n_resamples=20),
        "distance_map": analyses.distance_map(vectors),
        "ShiftSession.overview": reading.overview,
        "ShiftSession.neighbours": reading.neighbours(vectors[0], n_neighbours=2),
        "DocumentReading.sentences": sentences,
        "DocumentReading.path": document.path,
        "DocumentReading.prefixes": document.prefixes,
        "DocumentReading.cells": document.cells,
        "neighbours_of": analyses.neighbours_of(
            vectors[0], news, embeddings=static.encode(news.sentences["text"].tolist())
        ),
    }


def space_tables(news: corpora.Corpus, static: Encoder) -> dict[str, object]:
    texts = news.sentences["text"].tolist()[:40]
    vectors = static.encode(texts)
    spaces, view = analyses.EmbeddingSpaces(texts, static), analyses.SpaceView("static")
    pairs = corpora.adjacent_sentences(news)
    corrections = {"corrections": ("centring",), "n_sentences": 60}
    return {
        "geometry": analyses.geometry(vectors),
        "corpus_geometry": analyses.corpus_geometry(news, static),
        "EmbeddingSpaces.figures": spaces.figures(view),
        "EmbeddingSpaces.quick_figures": spaces.quick_figures(view),
        "EmbeddingSpaces.spectrum": spaces.spectrum(view),
        "EmbeddingSpaces.places": spaces.places(view, "PCA"),
        "EmbeddingSpaces.dimensions": spaces.dimensions(view),
        "EmbeddingSpaces.extremes": spaces.extremes(view, 0),
        "EmbeddingSpaces.sentences": spaces.sentences(view, np.arange(3)),
        "alignment_uniformity": analyses.alignment_uniformity(pairs, static, n_resamples=20),
        "correction_effects": analyses.correction_effects(news, static, **corrections),
        "dimension_profile": analyses.dimension_profile(texts, static),
        "vector_profile": analyses.vector_profile(vectors),
        "dimension_extremes": analyses.dimension_extremes(texts, vectors, 0),
        "frequency_bias": analyses.frequency_bias(news, static, bands=(10,), ks=(3,), n_parts=4),
    }


def length_tables(news: corpora.Corpus, static: Encoder) -> dict[str, object]:
    sizes = {"ks": (1, 2), "n_anchors": 6, "n_library": 20}
    joined = analyses.concatenation(news, static, **sizes)
    collapse = analyses.length_collapse(news, static, lengths=(16, 32))
    arms = collapse["arm"].unique().tolist()
    card = analyses.report_card(news, static, n_documents=8, n_sentences=20, n_passages=6)
    return {
        "concatenation": joined,
        "concatenation_texts": analyses.concatenation_texts(news, static, **sizes),
        "change_with_k": analyses.change_with_k(joined, "MPD"),
        "mode_order": analyses.mode_order(joined, "MPD"),
        "length_collapse": collapse,
        "change_along": analyses.change_along(collapse, "MPD"),
        "order_along": analyses.order_along(collapse, "MPD", order=arms[:2]).rename(
            columns=dict(zip(arms[:2], ["<first group>", "<second group>"], strict=True))
        ),
        "length_gap": analyses.length_gap(news, [static, static], short=16, long=32),
        "report_card": card,
        "card_verdicts": analyses.card_verdicts(card),
        "card_changes": analyses.card_changes(card, card),
    }


def limit_tables(news: corpora.Corpus, static: Encoder) -> dict[str, object]:
    small, few = corpora.limit_set(6), {"n_starts": 1, "n_steps": 50}
    probes = {"n_questions": 3, "n_resamples": 9}
    return {
        "capacity": analyses.capacity(small, static, dims=[2, 4], n_resamples=9, **few),
        "critical_dimensions": analyses.critical_dimensions((6,), **few),
        "bias_probes": analyses.bias_probes(news, static, n_sentences=2, **probes),
        "position_probes": analyses.position_probes(news, static, lengths=(1, 2), **probes),
    }


def split_tables(news: corpora.Corpus, static: Encoder) -> dict[str, object]:
    reading = analyses.SplitSession(news.documents["text"][0], static)
    cuts = reading.cuts_at(reading.fair_price)
    known = corpora.concatenated_segments(news, n_texts=2, n_segments=2, n_sentences=(2, 3))
    return {
        "SplitSession.sentences": reading.sentences,
        "SplitSession.chunks": reading.chunks([(0, 1)]),
        "SplitSession.gains": reading.gains(cuts),
        "SplitSession.cost": reading.cost(cuts, price=reading.fair_price),
        "Splitting.table": reading.at(cuts).table(),
        **{
            f"SplitTables.{name}": table
            for name, table in analyses.split_tables(reading, cuts)._asdict().items()
        },
        "split_corpus": analyses.split_corpus(news, static),
        "evaluate_splits": analyses.evaluate_splits(known, static),
        "Chunk": pd.Series({field.name: 0 for field in dataclasses.fields(analyses.Chunk)}),
    }


def retrieval_tables(news: corpora.Corpus, minilm: Encoder, static: Encoder) -> dict[str, object]:
    known = corpora.known_item(news)
    few = {"n_resamples": 20, "n_permutations": 19}
    found = analyses.retrieval(known, minilm, taus=(0.8,), **few)
    missed = analyses.miss_report(known, static, k=1, n_resamples=20)
    why = analyses.why_not_found(known, static, known.queries["query_id"][0])
    ladder = analyses.remedy_ladder(known, static, remedies=["int8", "tau"], tune=False, **few)
    keep = [static.after(measures.keep_dimensions(range(n), dim=DIM)) for n in (8, 32, 128)]
    order = analyses.quality_order(
        known, {"whole": [static], "fewer": keep}, n_halves=4, n_resamples=20
    )
    first, second = order.variants["variant"].unique()[:2]
    texts = news.sentences["text"].tolist()
    spaces = analyses.ablations(static, texts, sizes=[24], n_random=1)
    return {
        **{
            f"MissReport.{name}": getattr(missed, name)
            for name in ("misses", "causes", "shares", "remedies")
        },
        **{f"Diagnosis.{name}": getattr(why, name) for name in ("causes", "ranking", "sentences")},
        "missed_documents": analyses.missed_documents(known, static, k=1),
        "found_first": analyses.found_first(news, static, "rain in the north"),
        "RetrievalResult.table": found.table,
        "RetrievalResult.by_query": found.by_query,
        "RetrievalResult.figures": found.figures,
        "change_rows": analyses.change_rows(found.table),
        "chunk_retrieval": analyses.chunk_retrieval(known, static, methods=("fixed",), **few),
        "RemedyLadder.table": ladder.table,
        "RemedyLadder.rungs": ladder.rungs,
        "RemedyLadder.figures": ladder.figures,
        "QualityOrder.variants": order.variants,
        "QualityOrder.order": order.order,
        "QualityOrder.change": order.change(first, second),
        "order_verdicts": analyses.order_verdicts(order.order),
        "ablated_retrieval": analyses.ablated_retrieval(known, spaces, n_resamples=20),
        "ablated_clustering": analyses.ablated_clustering(
            news, spaces, n_documents=3, n_sentences=4, n_starts=1, n_resamples=20
        ),
    }


def attention_tables(news: corpora.Corpus, minilm: Encoder) -> dict[str, object]:
    short = {"lengths": (24, 32), "n_documents": 2}
    reading = analyses.read_filter(news, minilm, **short, shuffled_at=(24,))
    layers = analyses.read_layer_geometry(news, minilm, n_sentences=20, n_tokens=40)
    texts = analyses.TemperedTexts(news.sentences["text"].tolist()[:5], minilm)
    cooler = analyses.Tempering(0.8)
    return {
        "FilterResult.heads": reading.heads,
        "FilterResult.states": reading.states,
        "FilterResult.by_head": reading.by_head(),
        "FilterResult.by_layer": reading.by_layer(),
        "filter_explained": analyses.filter_explained(reading, n_resamples=20),
        "Calibration.table": analyses.calibrate(minilm, news, n_reference=32, **short).table,
        "LayerReading.cosines": layers.cosines(),
        "LayerReading.figures": layers.figures(),
        "LayerReading.spectra": layers.spectra(),
        "TemperedTexts.attention_map": texts.attention_map(cooler, 0, layer=1, head=1),
        "TemperedTexts.cosines": texts.cosines(cooler),
        "TemperedTexts.figures": texts.figures(cooler),
        "TemperedTexts.heads": texts.heads(cooler, 0),
        "TemperedTexts.ranking": texts.ranking(cooler, "rain"),
        "TemperedTexts.spectrum": texts.spectrum(cooler),
    }


def corpus_tables(news: corpora.Corpus, folder: Path) -> dict[str, object]:
    known, pairs = corpora.known_item(news), corpora.adjacent_sentences(news)
    segments = corpora.concatenated_segments(news, n_texts=2, n_segments=2, n_sentences=(2, 3))
    (folder / "segments.jsonl").write_text('{"segments": [["One."], ["Two."]]}', encoding="utf-8")
    return {
        "Corpus.documents": news.documents,
        "Corpus.documents, labels": load_corpus("reviews", n_documents=2).documents,
        "Corpus.sentences": news.sentences,
        "RetrievalSet.queries": known.queries,
        "RetrievalSet.judgements": known.judgements,
        "TextPairs.table": pairs.table,
        "TextPairs.table, scores": corpora.load_pairs("wordsim353", n_pairs=20).table,
        "TextPairs.texts": pairs.texts,
        "concatenated_segments": segments,
        "load_segments": corpora.load_segments(folder / "segments.jsonl"),
        "split_sentences": corpora.split_sentences("One. Two.", "en"),
        "wikipedia_sections": corpora.wikipedia_sections(),
    }


def without_marks(explorer: SpectrumExplorer) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, of the mean of no rows
        return explorer.sentences()


def explorer_tables(news: corpora.Corpus, minilm: Encoder, static: Encoder) -> dict[str, object]:
    texts = news.sentences["text"].tolist()[:5]
    shift, cut = ShiftExplorer(news, static), SplitExplorer(news, static)
    why = DiagnosisExplorer(corpora.known_item(news), static, k=1)
    spectrum, scale = SpectrumExplorer(texts, static), TempScaleExplorer(texts, minilm)
    return {
        "DiagnosisExplorer.table": why.table(),
        "ShiftExplorer.table": shift.table(),
        "ShiftExplorer.neighbours": shift.neighbours(),
        "SplitExplorer.table": cut.table(),
        "SplitExplorer.cost": cut.cost(),
        "SpectrumExplorer.table": spectrum.table(),
        "SpectrumExplorer.sentences": without_marks(spectrum),
        "TempScaleExplorer.table": scale.table(),
        "TempScaleExplorer.ranking": scale.ranking(),
    }


def tables(folder: Path) -> dict[str, object]:
    news = load_corpus("news", n_documents=12)
    minilm = load_encoder("minilm", device="cpu", max_length=64, store=folder)
    static = load_encoder("static", store=folder)
    found = {
        **shift_tables(news, static),
        **space_tables(news, static),
        **length_tables(news, static),
        **limit_tables(news, static),
        **split_tables(news, static),
        **retrieval_tables(news, minilm, static),
        **attention_tables(news, minilm),
        **corpus_tables(news, folder),
        **explorer_tables(news, minilm, static),
        "Store.spaces": static.store.spaces(),
    }
    return {name: columns(table) for name, table in found.items()}


# --- commands, names, reports


def command_options(command: typer.core.TyperCommand) -> dict[str, str]:
    hints = typing.get_type_hints(command.callback)
    told = {}
    for option in command.params:
        spelled = " ".join([*option.opts, *option.secondary_opts])
        kind = str(hints.get(option.name, "")).removeprefix("<class '").removesuffix("'>")
        bounds = f"{option.min}..{option.max}" if getattr(option, "min", None) is not None else ""
        default = "required" if option.required else f"default {option.default!r}"
        told[spelled] = ", ".join(filter(None, [option.param_type_name, kind, default, bounds]))
    return told


def commands(folder: Path) -> dict[str, object]:
    def walk(name: str, command: typer.core.TyperCommand) -> Iterator[tuple[str, object]]:
        yield name, command_options(command)
        for below, child in getattr(command, "commands", {}).items():
            yield from walk(f"{name} {below}", child)

    return dict(walk("semshift", typer.main.get_command(app)))


def names(folder: Path) -> dict[str, object]:
    modules = [*PUBLIC, "semshift_widgets"]
    return {name: sorted(importlib.import_module(name).__all__) for name in modules}


PARAMETERS = 'corpus = "reviews"\nmodel = "static"\nseed = 0\nout = ""'
RESULTS = """
import pandas as pd
from semshift_nb.reports import Results
results = Results("01_tiny", out=out)
results.add(pd.DataFrame({"metric": ["mean"], "value": [1.0], "n": [2]}), group="draws")
results.claim("One is one", True, figure="1", required=True)
results.finish()
"""


def write_notebook(path: Path) -> None:
    cells = [
        new_markdown_cell("# Tiny\n\n**Is one one?**"),
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        new_code_cell(RESULTS.strip()),
    ]
    path.parent.mkdir()
    nbformat.write(new_notebook(cells=cells), path)


def keys(value: object) -> object:
    """The keys of nested objects and the kinds of their values; of a list, those of the first."""
    if isinstance(value, list):
        return [keys(each) for each in value[:1]]
    if not isinstance(value, Mapping):
        return type(value).__name__
    return {name: keys(below) for name, below in value.items()}


def report(folder: Path) -> dict[str, object]:
    write_notebook(folder / "notebooks" / "01_tiny.ipynb")
    with contextlib.chdir(folder):
        run = run_report(["01"], tell=lambda line: None).resolve()
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["versions"] = {}  # of every package there is, which the constraints hold
    claims = json.loads((run / "results/01_tiny.claims.json").read_text(encoding="utf-8"))
    files = [path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()]
    return {
        "files": sorted(name for name in files if not name.startswith(".")),
        "manifest.json": keys(manifest),
        "metrics.parquet": columns(pd.read_parquet(run / "metrics.parquet")),
        "metrics.csv": list(pd.read_csv(run / "metrics.csv").columns),
        "notebook's metrics": columns(pd.read_parquet(run / "results/01_tiny.metrics.parquet")),
        "notebook's claims": keys(claims),
    }


# --- the comparison

SECTIONS: dict[str, Callable[[Path], dict[str, object]]] = {
    "commands": commands,
    "keys of minilm": minilm_keys,
    "keys of static": static_keys,
    "names": names,
    "report": report,
    "tables": tables,
}


def as_json(value: object) -> object:
    return json.loads(json.dumps(value))


def differences(pinned: object, found: object, place: str) -> list[str]:
    """Say what moved, one line for each entry."""
    if pinned == found:
        return []
    if isinstance(pinned, list) and isinstance(found, list):
        gone = [each for each in pinned if each not in found]
        new = [each for each in found if each not in pinned]
        return [f"{place}: gone {gone}, new {new}" if gone or new else f"{place}: other order"]
    if not (isinstance(pinned, dict) and isinstance(found, dict)):
        return [f"{place}: pinned {pinned!r}, found {found!r}"]
    lines = [f"{place} / {name}: gone" for name in pinned if name not in found]
    lines += [f"{place} / {name}: new" for name in found if name not in pinned]
    for name in pinned.keys() & found.keys():
        lines += differences(pinned[name], found[name], f"{place} / {name}")
    return sorted(lines)


@pytest.fixture(scope="module")
def pins():
    return json.loads(PINS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_moved(section, pins, tmp_path):
    pinned, found = pins[section], as_json(SECTIONS[section](tmp_path))
    if section.startswith("keys") and not DRAWS_ALIKE:
        pinned, found = ({k: v for k, v in d.items() if "twin" not in k} for d in (pinned, found))
    moved = differences(pinned, found, section)
    assert not moved, "\n".join(["", *moved])


def members(thing: type) -> dict[str, object]:
    """What a class's fields, methods and properties are said to give."""
    found = dict(inspect.get_annotations(thing))
    for name in dir(thing):
        member = inspect.getattr_static(thing, name)
        member = getattr(member, "func", getattr(member, "fget", member))
        if inspect.isfunction(member):
            found[name] = inspect.get_annotations(member).get("return")
    return {name: kind for name, kind in found.items() if not name.startswith("_")}


def public_tables() -> Iterator[str]:
    for module in (analyses, corpora, encoders, semshift_widgets):
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing):
                told = {f"{name}.{member}": kind for member, kind in members(thing).items()}
            else:
                told = {name: getattr(thing, "__annotations__", {}).get("return")}
            yield from (each for each, kind in told.items() if "DataFrame" in str(kind))


def test_every_public_table_is_pinned(pins):
    pinned = {name.partition(",")[0] for name in pins["tables"]}
    assert set(public_tables()) - pinned == set(), "add them to the tables above"


def write_pins() -> None:
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for number, (name, find) in enumerate(SECTIONS.items()):
            (Path(folder) / str(number)).mkdir()
            found[name] = find(Path(folder) / str(number))
    PINS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_pins()
