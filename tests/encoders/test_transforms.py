"""What is done to vectors after their encoder."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from semshift_nb.encoders import NoDirectionError, load_encoder
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.measures import drop_dimensions, fit_centring, fit_whitening

TEXTS = [f"the river number {number} runs to the sea" for number in range(30)] + ["a bank"]


@dataclass
class Shift:
    by: float
    name: str = "shifted"

    @property
    def key(self):
        return f"shift {self.by}"

    def __call__(self, vectors):
        return vectors + np.float32(self.by)


@dataclass
class Gives:
    what: object
    name: str = "odd"
    key: str = "odd"

    def __call__(self, vectors):
        return self.what if len(vectors) != 2 else vectors


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_rows_are_transformed_and_of_unit_length(static):
    view = static.after(Shift(0.5))
    plain = static.encode(TEXTS)
    np.testing.assert_allclose(view.encode(TEXTS), unit(plain + 0.5), atol=1e-6)
    np.testing.assert_allclose(view.raw(TEXTS), plain + 0.5, atol=1e-6)
    assert (view.name, view.dim) == ("static, shifted", 384)
    encoding = view.encode_with_tokens(TEXTS)
    np.testing.assert_array_equal(encoding.n_tokens, static.encode_with_tokens(TEXTS).n_tokens)


def test_transforms_follow_one_another(static):
    one = static.after(drop_dimensions([0], dim=384))
    two = one.after(Shift(0.1))
    assert (one.dim, two.dim) == (383, 383)
    expected = unit(static.encode(TEXTS)[:, 1:]) + 0.1
    np.testing.assert_allclose(two.encode(TEXTS), unit(expected), atol=1e-6)
    np.testing.assert_allclose(two.raw(TEXTS), expected, atol=1e-6)
    assert two.name.startswith("static, ")
    assert two.name.endswith(", shifted")


def test_equal_texts_get_equal_rows(static):
    found = static.after(Shift(0.2)).encode(["a river", "a bank", "a river"])
    np.testing.assert_array_equal(found[0], found[2])
    raw = static.after(Shift(0.2)).raw(["a river", "a bank", "a river"])
    np.testing.assert_array_equal(raw[0], raw[2])
    assert static.after(Shift(0.2)).encode([]).shape == (0, 384)


def test_the_store_keeps_what_came_before(tmp_path, static):
    encoder = load_encoder("static", store=tmp_path)
    view = encoder.after(Shift(0.5))
    view.encode(TEXTS)
    assert len(encoder.store.spaces()) == 1
    np.testing.assert_allclose(encoder.encode(TEXTS), static.encode(TEXTS), atol=1e-6)
    assert encoder.store.spaces().iloc[0]["encoder"] == "static"


def test_fingerprints_tell_transforms_apart(static):
    prints = [
        static.fingerprint,
        static.after(Shift(0.5)).fingerprint,
        static.after(Shift(0.6)).fingerprint,
        static.after(Shift(0.5)).after(Shift(0.6)).fingerprint,
        static.after(Shift(0.6)).after(Shift(0.5)).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert static.after(Shift(0.5)).fingerprint == prints[1]


def test_a_transform_stays_when_another_view_is_taken(minilm):
    texts = TEXTS[:4]
    centring = fit_centring(minilm.at_layer(3).encode(TEXTS))
    one, other = minilm.at_layer(3).after(centring), minilm.after(centring).at_layer(3)
    assert one.fingerprint == other.fingerprint
    np.testing.assert_allclose(one.encode(texts), other.encode(texts), atol=1e-5)
    cooler = one.at_temperature(0.5)
    expected = centring(minilm.at_layer(3).at_temperature(0.5).encode(texts))
    np.testing.assert_allclose(cooler.encode(texts), expected, atol=1e-5)
    found = minilm.after(centring).read_layers(texts, layers=[3], poolings=["mean"])
    np.testing.assert_allclose(found[3, "mean"].vectors, one.encode(texts), atol=1e-5)
    assert pickle.loads(pickle.dumps(one)).fingerprint == one.fingerprint


def test_corrections_of_measures_are_transforms(static):
    vectors = static.encode(TEXTS)
    whitened = static.after(fit_whitening(vectors, n_components=5))
    assert whitened.dim == 5
    np.testing.assert_allclose(
        whitened.encode(TEXTS), fit_whitening(vectors, n_components=5)(vectors), atol=1e-5
    )


def test_rows_that_lose_their_direction_are_named(static):
    vectors = static.encode(["a river", "a bank"])

    @dataclass
    class Away:
        name: str = "without the first"
        key: str = "away"

        def __call__(self, rows):
            return rows - vectors[0]

    with pytest.raises(NoDirectionError) as caught:
        static.after(Away()).encode(["a bank", "a river", "a bank"])
    assert caught.value.positions == (1,)


def test_a_text_without_direction_gets_none_from_a_transform(static):
    with pytest.raises(NoDirectionError):
        static.after(Shift(0.5)).encode(["a river", ""])


@pytest.mark.parametrize("wrong", [len, None, "whitened", 3])
def test_what_is_no_transform_is_refused(static, wrong):
    with pytest.raises(InputError, match=r"with a name and a key, but got .*fit_whitening"):
        static.after(wrong)


def test_a_transform_made_for_another_space_is_refused_at_once(static):
    with pytest.raises(InputError, match=r"383"):
        static.after(drop_dimensions([0], dim=383))
    with pytest.raises(InputError, match=r"383"):
        static.after(drop_dimensions([0], dim=384)).after(drop_dimensions([0], dim=384))


@pytest.mark.parametrize("what", [np.zeros(3), np.zeros((1, 3)), np.array([["a"] * 3] * 3)])
def test_a_transform_that_gives_something_else_is_named(static, what):
    with pytest.raises(SemshiftError, match=r"'odd' gave .*expected numbers of shape \(3, dim\)"):
        static.after(Gives(what)).encode(TEXTS[:3])


def test_numbers_that_are_not_finite_are_an_error(static):
    with pytest.raises(SemshiftError, match="not finite"):
        static.after(Gives(np.full((3, 4), np.nan))).encode(TEXTS[:3])
