"""Nearest neighbours by label: against scikit-learn, by hand, with ties and with documents."""

import numpy as np
import pytest
import torch
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from semshift_nb import measures
from semshift_nb.errors import InputError


def labelled(n: int, *, apart: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows of three classes that lie ``apart`` from one another."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    rows = rng.standard_normal((n, 10)) + apart * np.eye(10)[labels]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), labels


@pytest.mark.parametrize("apart", [0.0, 1.0, 4.0])
def test_leaving_one_out_in_scikit_learn_gives_the_same(apart):
    rows, labels = labelled(90, apart=apart, seed=1)
    plain = cross_val_score(KNeighborsClassifier(1), rows, labels, cv=LeaveOneOut()).mean()
    assert measures.nearest_neighbour_accuracy(rows, labels.tolist()) == pytest.approx(plain)
    names = np.array(["a", "b", "c"])[labels].tolist()
    in_torch = measures.nearest_neighbour_accuracy(torch.tensor(rows), names)
    assert in_torch == pytest.approx(plain)


def test_documents_do_not_find_themselves():
    """With its document left out at prediction time, as scikit-learn would be told by hand."""
    rows, labels = labelled(60, apart=1.0, seed=2)
    groups = np.random.default_rng(3).integers(0, 12, 60)
    right = [
        KNeighborsClassifier(1).fit(rows[groups != g], labels[groups != g]).predict(row[None])[0]
        == label
        for row, label, g in zip(rows, labels, groups, strict=True)
    ]
    found = measures.nearest_neighbour_accuracy(rows, labels.tolist(), groups=groups)
    assert found == pytest.approx(np.mean(right))


def test_copies_in_one_document_say_nothing():
    """Two documents of three copies each; each text's nearest is its copy, which does not count."""
    rows = np.repeat(np.eye(2), 3, axis=0)
    labels, groups = ["a"] * 3 + ["b"] * 3, [0] * 3 + [1] * 3
    assert measures.nearest_neighbour_accuracy(rows, labels) == 1
    assert measures.nearest_neighbour_accuracy(rows, labels, groups=groups) == 0


def test_of_ties_the_first_counts():
    rows = np.tile([[0.6, 0.8]], (4, 1))
    # The first looks at the second, all others at the first.
    assert measures.nearest_neighbour_accuracy(rows, ["a", "b", "a", "a"]) == 0.5


def test_chance_is_what_shuffled_labels_give():
    rows, labels = labelled(120, apart=3.0, seed=4)
    rng = np.random.default_rng(5)
    shuffled = [
        measures.nearest_neighbour_accuracy(rows, rng.permutation(labels).tolist())
        for _ in range(200)
    ]
    assert np.mean(shuffled) == pytest.approx(measures.label_chance(labels.tolist()), abs=0.01)
    assert measures.label_chance(["a", "b"]) == 0
    assert measures.label_chance(["a", "a"]) == 1


@pytest.mark.parametrize(("n", "size"), [(60, 1), (120, 4)])
def test_interval_covers_and_its_value_is_the_measure(n, size):
    """Truth: the mean over 400 samples of the same design, of one text a document and of four."""

    def sample(seed):
        rng = np.random.default_rng(seed)
        labels = np.repeat(rng.integers(0, 3, n // size), size)
        rows = rng.standard_normal((n, 10)) + 1.5 * np.eye(10)[labels]
        rows += np.repeat(rng.standard_normal((n // size, 10)), size, axis=0)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True), labels.tolist()

    groups = np.arange(n) // size
    truth = np.mean(
        [measures.nearest_neighbour_accuracy(*sample(i), groups=groups) for i in range(400)]
    )
    held = []
    for seed in range(400, 550):
        found = measures.bootstrap_nearest_neighbour_accuracy(
            *sample(seed), groups=groups, n_resamples=300
        )
        held.append(found.low <= truth <= found.high)
        assert 0 <= found.low <= found.high <= 1
    value = measures.nearest_neighbour_accuracy(*sample(549), groups=groups)
    assert found.value == pytest.approx(value)
    assert found.n == n
    assert np.mean(held) >= 0.90


def test_two_documents_find_nothing_in_half_of_the_resamples():
    with pytest.raises(InputError, match="no value for"):
        measures.bootstrap_nearest_neighbour_accuracy(
            np.eye(4), ["a", "b", "a", "b"], groups=[0, 0, 1, 1]
        )


@pytest.mark.parametrize(
    ("labels", "settings", "message"),
    [
        (["a"] * 4, {}, "all 4 texts have one label"),
        (["a", "b"], {}, "2 labels came with 4 embeddings"),
        (["a", None, "b", "b"], {}, r"1 of 4 labels are missing \(at 1\)"),
        (["a", "b", float("nan"), "b"], {}, r"1 of 4 labels are missing \(at 2\)"),
        (["a", "b", "a", "b"], {"groups": [1] * 4}, "1 document"),
        (["a", "b", "a", "b"], {"groups": [1] * 3}, "groups have shape"),
    ],
)
def test_labels_are_checked(labels, settings, message):
    with pytest.raises(InputError, match=message):
        measures.nearest_neighbour_accuracy(np.eye(4), labels, **settings)


def test_too_few_labels_for_chance():
    with pytest.raises(InputError, match="1 label"):
        measures.label_chance(["a"])
    with pytest.raises(InputError, match="1 row"):
        measures.nearest_neighbour_accuracy(np.eye(2)[:1], ["a"])


def test_labels_are_told_apart_by_what_they_are():
    # 0 0 1 1: of three others one is of the same kind. No two of torch's numbers are one key.
    for labels in (torch.tensor([0, 0, 1, 1]), list(torch.tensor([0, 0, 1, 1])), [1, 1, "1", "1"]):
        assert measures.label_chance(labels) == pytest.approx(1 / 3)
    for labels in ("aabb", {"a": 1, "b": 2}, [[1], [2]], np.zeros((4, 2)), 3):
        with pytest.raises(InputError, match="labels are"):
            measures.label_chance(labels)
