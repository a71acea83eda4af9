"""Vectors to numbers: pure functions over NumPy arrays, torch tensors and their like."""

from semshift_nb.measures._resampling import Interval
from semshift_nb.measures.binned import BinnedDistances, binned_distances
from semshift_nb.measures.bootstrap import bootstrap_interval, bootstrap_mean
from semshift_nb.measures.bootstrap_distance import bootstrap_mean_pairwise_distance
from semshift_nb.measures.bootstrap_rank import bootstrap_spearman
from semshift_nb.measures.concentration import mean_pairwise_distance
from semshift_nb.measures.correlation import partial_spearman, spearman
from semshift_nb.measures.dimensions import near_zero_dimensions
from semshift_nb.measures.identity import dilution_from_dispersion
from semshift_nb.measures.neighbours import nearest_neighbours, overlap_at_k
from semshift_nb.measures.prefix import PrefixShift, prefix_shift
from semshift_nb.measures.shift import (
    adjacent_distances,
    cosines_to_pooled,
    dilution,
    discrepancy,
    dispersion,
    local_evolution,
    mean_adjacent_distance,
    semantic_shift,
)
from semshift_nb.measures.significance import holm, permutation_test_paired

__all__ = [
    "BinnedDistances",
    "Interval",
    "PrefixShift",
    "adjacent_distances",
    "binned_distances",
    "bootstrap_interval",
    "bootstrap_mean",
    "bootstrap_mean_pairwise_distance",
    "bootstrap_spearman",
    "cosines_to_pooled",
    "dilution",
    "dilution_from_dispersion",
    "discrepancy",
    "dispersion",
    "holm",
    "local_evolution",
    "mean_adjacent_distance",
    "mean_pairwise_distance",
    "near_zero_dimensions",
    "nearest_neighbours",
    "overlap_at_k",
    "partial_spearman",
    "permutation_test_paired",
    "prefix_shift",
    "semantic_shift",
    "spearman",
]
