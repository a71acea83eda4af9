"""Generated calls of every public measure: they give finite numbers or refuse, and nothing else.

Each call begins with arguments that work, of which some are replaced by others that may not.
`SEMSHIFT_FUZZ` multiplies the number of calls.
"""

import inspect
import os
import re
import warnings
import zlib
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError

CALLS = 18 * int(os.environ.get("SEMSHIFT_FUZZ", "1"))
"""Of each measure."""

RECORDS = {
    name
    for name in measures.__all__
    if inspect.isclass(getattr(measures, name)) and issubclass(getattr(measures, name), tuple)
}
"""What measures give back; they hold whatever they are given."""


def accumulate(dim, seed, n_reservoir, batch, more, centred):
    """Use an accumulator in every way."""
    found = measures.GeometryAccumulator(dim, seed=seed, n_reservoir=n_reservoir)
    found.add(batch)
    other = measures.GeometryAccumulator(dim, seed=seed, n_reservoir=n_reservoir)
    other.add(more)
    found.merge(other)
    figures = {**found.figures(), **found.sampling_errors()}
    return [*figures.values(), found.singular_values(centred=centred), found.second_moment]


def walk(dim, price, min_size, max_weight, rows, weight, look_ahead):
    """Go through a text row by row."""
    found = measures.LeastDilutionWalk(dim, price, min_size, max_weight)
    settled = []
    for row in rows if isinstance(rows, np.ndarray | torch.Tensor) and rows.ndim else [rows]:
        found.push(row, weight)
        settled += found.settle(look_ahead)
    return settled + found.cuts()


def correct(embeddings, vectors):
    """Apply each kind of correction."""
    return [
        fit(embeddings)(vectors)
        for fit in (measures.fit_centring, measures.fit_all_but_the_top, measures.fit_whitening)
    ]


def reduce_hubs(library, queries):
    """Search with each kind of reduction."""
    fits = (measures.fit_csls, measures.fit_local_scaling, measures.fit_mutual_proximity)
    return [fit(library)(queries) for fit in fits]


CLASSES = {
    "Correction": correct,
    "GeometryAccumulator": accumulate,
    "HubnessReduction": reduce_hubs,
    "LeastDilutionWalk": walk,
}
TARGETS = {
    name: getattr(measures, name)
    for name in measures.__all__
    if name not in RECORDS and not inspect.isclass(getattr(measures, name))
} | CLASSES


def _unit(n, dim, seed):
    rows = np.random.default_rng(seed).standard_normal((n, dim)) + 0.5
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _mean(rows):
    with np.errstate(all="ignore"):  # what a statistic makes of infinity is its own affair
        return rows.mean()


N, DIM = 24, 6
ROWS, OTHERS = _unit(N, DIM, 0), _unit(N, DIM, 1)
NUMBERS = np.random.default_rng(2).standard_normal((4, N))
ATTENTION = np.random.default_rng(3).dirichlet(np.ones(5), (2, 5))
RANKINGS = np.random.default_rng(4).permuted(np.tile(np.arange(N), (N, 1)), axis=1)
GROUPS = [f"document {i % 22}" for i in range(N)]

GOOD = {
    "a": NUMBERS[0],
    "alpha": 2.0,
    "attention": ATTENTION,
    "b": NUMBERS[1],
    "batch": ROWS,
    "centred": True,
    "coefficients": [1.0, -1.0],
    "columns": np.arange(5) < 2,
    "controls": NUMBERS[2:].T,
    "cuts": [5, 9],
    "dim": DIM,
    "dispersion": 0.25,
    "embeddings": ROWS,
    "first_rank": 1,
    "groups": GROUPS,
    "hidden": np.random.default_rng(5).standard_normal((2, 5, 4)),
    "hypothesis": [10, 14],
    "indices": [0, 3],
    "k": 4,
    "labels": list("abc" * 8),
    "last_rank": 5,
    "least_price": 0.1,
    "level": 0.9,
    "library": ROWS,
    "look_ahead": 6,
    "max_bins": 5,
    "max_weight": 8.0,
    "min_size": 2,
    "more": OTHERS,
    "multiple": 2.0,
    "n": 3,
    "n_components": 2,
    "n_parts": 8,
    "n_reservoir": 30,
    "n_resamples": 12,
    "n_rows": N,
    "n_segments": 3,
    "n_sentences": N,
    "n_texts": N,
    "n_tokens": 12,
    "neighbours_a": RANKINGS,
    "neighbours_b": RANKINGS[::-1],
    "normalised": True,
    "p_values": [0.01, 0.2, 0.03],
    "percentile": 90.0,
    "price": 0.5,
    "queries": OTHERS,
    "ratio": 0.5,
    "reference": [4, 8, 12],
    "ridge": 1e-4,
    "similarity": "dot",
    "rows": ROWS,
    "score_variance": 1.5,
    "seed": 3,
    "sigma": np.linalg.svd(ROWS - ROWS.mean(axis=0), compute_uv=False),
    "size": 5.0,
    "sizes": [10, 14],
    "statistic": _mean,
    "t": 2.0,
    "text_embedding": OTHERS[0],
    "threshold": 1.0,
    "tolerance": 1,
    "values": NUMBERS[0],
    "vectors": OTHERS,
    "weight": 1.0,
    "weights": np.ones(N),
    "window": 3,
    "x": ROWS,
    "y": OTHERS,
}
"""A value for each parameter, that goes with the others."""

OWN = {
    "bootstrap_distance_contrast": {"embeddings": [ROWS, OTHERS]},
    "bootstrap_spearman": {"x": NUMBERS[0], "y": NUMBERS[1]},
    "bootstrap_two_way_mean": {"values": NUMBERS},
    "partial_spearman": {"x": NUMBERS[0], "y": NUMBERS[1]},
    "spearman": {"x": NUMBERS[0], "y": NUMBERS[1]},
}
"""Where a name means something else."""

ONE_OF = {
    "least_dilution_cuts": ("price", "n_segments"),
    "shift_cuts": ("threshold", "n_segments"),
}


def good(name):
    """Return arguments that a measure takes."""
    names = inspect.signature(TARGETS[name]).parameters
    return {each: OWN.get(name, {}).get(each, GOOD[each]) for each in names}


def _odd_values():
    masked = np.ma.masked_invalid(np.where(ROWS > 0.6, np.nan, ROWS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls nested and sparse tensors a prototype
        nested = torch.nested.nested_tensor([torch.tensor(ROWS[:3]), torch.tensor(ROWS[3:])])
        jagged = torch.nested.nested_tensor(
            [torch.tensor(ROWS[:3]), torch.tensor(ROWS[3:])], layout=torch.jagged
        )
        csr = torch.tensor(ROWS).to_sparse_csr()
        quantized = torch.quantize_per_tensor(torch.ones(N), 0.1, 0, torch.qint8)
    return [
        *(None, "abc", "1", "", b"x", "\ud800", (), [], {}, {1: 2.0}, {1, 2}, ..., object(), len),
        *(True, False, -1, 0, 1, 2, 3, 7, 24, 25, 1000, 10**9, 10**12, 2**63, 10**400, -(10**5000)),
        *(0.0, -0.0, 0.5, 1.0, 1.5, 100.0, -1.0, 1e-320, 1e308, -1e308, np.nan, np.inf, -np.inf),
        *(
            1j,
            Fraction(1, 3),
            Decimal("0.5"),
            np.float16(0.5),
            np.int8(-128),
            np.int8(100),
            np.uint8(200),
            np.uint64(2**64 - 1),
        ),
        *(
            np.float64(np.nan),
            np.longdouble("1e4000"),
            np.bool_(1),
            np.str_("x"),
            np.datetime64(0, "s"),
        ),
        *(range(5), range(24), [1], [0.5], [1.0] * N, [None] * N, [*GROUPS[1:], None], ["a"] * N),
        *([1, "a"] * 12, [np.nan] * N, [10**400] * N, [1.0, [2.0]], [[1.0], [1.0, 2.0]], [[]] * N),
        *(
            [-1, 5],
            [5, 5],
            [9, 5],
            [2**62, 2**62],
            [10**8, 10**8],
            [True, False],
            [0, 6],
            ["1", "2"],
        ),
        *([ROWS], [ROWS, OTHERS[:5]], [ROWS, None], [masked, masked], [np.ma.masked] * N, (ROWS,)),
        *(np.array(1.0), np.array("a"), np.array(None), np.zeros(0), np.zeros((0, DIM))),
        *(np.zeros((N, 0)), np.zeros((1, 1, 1, 1)), np.zeros((N, DIM)), np.ones((N, DIM))),
        *(
            np.full((N, DIM), np.nan),
            np.full((N, DIM), 1e308),
            np.full(N, 1e308),
            np.full(N, -np.inf),
        ),
        *(np.zeros((N, DIM), dtype=complex), np.full(N, "a"), np.full(N, "1"), np.full(N, None)),
        *(np.zeros(N, dtype="M8[s]"), np.full(N, "NaT", dtype="M8[s]"), np.zeros(N, "i4,f8")),
        *(ROWS.astype(object), NUMBERS[0].astype(object), np.zeros(N, dtype=bool), np.eye(N) > 0),
        *(masked, masked[:, 0], np.ma.array(NUMBERS[0]), np.ma.array(np.arange(N), mask=True)),
        *(
            np.matrix(ROWS),
            np.matrix(NUMBERS[0]),
            scipy.sparse.csr_array(ROWS),
            csr,
            nested,
            jagged,
        ),
        *(
            scipy.sparse.coo_matrix(ROWS),
            torch.tensor(ROWS).to_sparse(),
            torch.zeros(N, device="meta"),
        ),
        *(torch.zeros((N, DIM), device="meta"), torch.zeros((2, 5, 5), device="meta")),
        *(torch.tensor(ROWS, requires_grad=True), torch.tensor(1.0), torch.zeros(N).bool()),
        *(torch.tensor(ATTENTION, requires_grad=True), torch.tensor(ROWS).to(torch.complex64)),
        *(
            torch.tensor(NUMBERS[0]).bfloat16(),
            quantized,
        ),
        *(pd.DataFrame(ROWS), pd.Series(NUMBERS[0]), pd.Series([1, None] * 12, dtype="Int64")),
        *(pd.Series(["a", None] * 12, dtype="string"), pd.Categorical(GROUPS), [pd.NA] * N),
        *([pd.NaT] * N, [ROWS[0]] * N, [torch.tensor(1.0)] * N, [{}] * N, [lambda: 1] * N),
    ]


ODD = _odd_values()


def _changed(value, rng):
    """Return an array in another form, of another size or with something wrong in it."""
    array = np.array(value, dtype=np.float64)
    spoilt = array.copy()
    spoilt.reshape(-1)[rng.integers(max(array.size, 1)) :][:1] = rng.choice([np.nan, np.inf, -1, 9])
    with np.errstate(all="ignore"):
        forms = (
            *(array * size for size in (0, 1e-301, 1e-320, 1e-160, 1e160, 1e300, 1e308, -1, 0.5)),
            *(array.astype(kind) for kind in ("f4", "f2", "i8", "i1", "u1", "g", "O", "U", "c16")),
            *(spoilt, array[:1], array[:2], array[::-1], array.T, array[None], array[..., None]),
            *(array[..., :1], np.asfortranarray(array), np.repeat(array[:1], len(array), axis=0)),
            *(array.tolist(), tuple(array), np.round(array), np.concatenate([array, array])),
        )
    form = forms[rng.integers(len(forms))]
    if isinstance(form, np.ndarray) and form.dtype.kind in "fiub" and rng.random() < 0.3:
        kind = np.float64 if form.dtype.str.endswith(("f12", "f16")) else form.dtype
        with np.errstate(over="ignore"):
            form = torch.tensor(np.ascontiguousarray(form).astype(kind))
        form = form.to([form.dtype, torch.bfloat16, torch.float16][rng.integers(3)])
    return form


def _arguments(name, seed):
    """Return the arguments of one generated call, and the names of those that were replaced."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    given = good(name)
    for each in ONE_OF.get(name, ())[:: rng.choice([-1, 1])][:1]:
        del given[each]
    for each, parameter in inspect.signature(TARGETS[name]).parameters.items():
        if parameter.default is not inspect.Parameter.empty and rng.random() < 0.3:
            given.pop(each, None)
    names = sorted(given)
    replaced = rng.choice(names, size=min(rng.integers(4), len(names)), replace=False).tolist()
    for each, value in given.items():
        if type(value) in (int, float) and rng.random() < 0.3:
            narrow = (np.int8, np.uint8) if type(value) is int else (np.float16, np.float32)
            given[each] = narrow[rng.integers(2)](value)
    for each in replaced:
        of_array = isinstance(given[each], np.ndarray) and rng.random() < 0.6
        given[each] = _changed(given[each], rng) if of_array else ODD[rng.integers(len(ODD))]
    return given, replaced


def _unfinite(found):
    """Say whether there is a number in a result that is none."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list | tuple):
        return any(_unfinite(part) for part in found)
    if found is None or isinstance(found, str) or callable(found):
        return False
    if isinstance(found, torch.Tensor):
        return not torch.isfinite(found).all()
    return not np.isfinite(np.asarray(found, dtype=np.float64)).all()


def _fault(name, seed):
    """Return what is wrong with one call, or None."""
    given, replaced = _arguments(name, seed)
    try:
        found = TARGETS[name](**given)
    except InputError as error:
        return None if len(str(error)) > 20 else f"says only {error}"
    except Exception as error:  # noqa: BLE001  (it is what is looked for)
        return f"{type(error).__name__}: {error}, of { ({k: given[k] for k in replaced})!r:.300}"
    if _unfinite(found) and not re.search("NaN|inf", inspect.getdoc(TARGETS[name])):
        return f"gave {found!r:.100} of { ({k: given[k] for k in replaced})!r:.300}"
    return None


def test_every_public_name_is_tried():
    assert set(TARGETS) | RECORDS == set(measures.__all__)


@pytest.mark.parametrize("name", TARGETS)
def test_what_works_gives_finite_numbers(name):
    given = good(name)
    for each in ONE_OF.get(name, ())[:1]:
        del given[each]
    assert not _unfinite(TARGETS[name](**given)) or name == "dilution_path"  # the last goes on


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_numbers_and_refusals(name):
    faults = [f"{seed}: {fault}" for seed in range(CALLS) if (fault := _fault(name, seed))]
    assert not faults, "\n".join(faults[:10])


def _wrapped(value):
    """Return a value as arrays of the kinds that seem to hold other numbers than they do."""
    array = np.asarray(value)
    yield "masked array", np.ma.array(array)
    if array.ndim == 2:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy advises against it
            yield "numpy.matrix", np.matrix(array)
        yield "sparse", scipy.sparse.csr_array(array)
    if array.dtype.kind in "fib":
        yield "meta device", torch.tensor(np.ascontiguousarray(array)).to("meta")
        yield "sparse", torch.tensor(np.ascontiguousarray(array)).to_sparse()


ARRAYS = [
    (name, each)
    for name in TARGETS
    for each, value in good(name).items()
    if isinstance(value, np.ndarray | list) and each not in ("rows", "batch")
]


@pytest.mark.parametrize(("name", "each"), ARRAYS)
def test_arrays_that_are_not_what_they_seem_are_refused(name, each):
    given = good(name)
    several = isinstance(given[each], list) and isinstance(given[each][0], np.ndarray)
    for other in ONE_OF.get(name, ())[:1]:
        del given[other]
    for kind, wrapped in _wrapped(given[each][0] if several else given[each]):
        with pytest.raises(InputError, match=kind):
            TARGETS[name](**{**given, each: [wrapped, wrapped] if several else wrapped})
