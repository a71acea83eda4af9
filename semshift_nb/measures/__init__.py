"""Vectors to numbers: pure functions over NumPy arrays, torch tensors and their like."""

from semshift_nb.measures._leave_out import LeaveOuts, leave_outs
from semshift_nb.measures._resampling import Interval
from semshift_nb.measures.accumulator import GeometryAccumulator
from semshift_nb.measures.alignment import alignment, bootstrap_alignment
from semshift_nb.measures.anisotropy import mean_cosine, uniformity
from semshift_nb.measures.attention import attention_entropy, attention_share, score_variance
from semshift_nb.measures.binned import BinnedDistances, binned_distances
from semshift_nb.measures.bootstrap import bootstrap_interval, bootstrap_mean
from semshift_nb.measures.bootstrap_distance import (
    bootstrap_distance_contrast,
    bootstrap_mean_pairwise_distance,
)
from semshift_nb.measures.bootstrap_rank import bootstrap_spearman
from semshift_nb.measures.bootstrap_two_way import bootstrap_two_way_mean
from semshift_nb.measures.bootstrap_uniformity import bootstrap_uniformity
from semshift_nb.measures.bounded_cuts import bounded_cuts
from semshift_nb.measures.concentration import mean_pairwise_distance
from semshift_nb.measures.correction import Correction, drop_dimensions, keep_dimensions
from semshift_nb.measures.correction_fits import (
    fit_all_but_the_top,
    fit_centring,
    fit_principal_components,
    fit_whitening,
)
from semshift_nb.measures.correlation import partial_spearman, spearman
from semshift_nb.measures.cut_gains import cut_gains, total_scatter
from semshift_nb.measures.dilution_path import Stage, dilution_path
from semshift_nb.measures.dimensions import (
    DimensionShares,
    dimension_shares,
    near_zero_dimensions,
    outlier_dimensions,
)
from semshift_nb.measures.fair_price import fair_price
from semshift_nb.measures.filter import (
    column_filter_rate,
    filter_rate,
    filter_rate_bound,
    high_frequency_share,
    rms_filter_rate,
)
from semshift_nb.measures.hubs import hubness, k_occurrence
from semshift_nb.measures.identity import dilution_from_dispersion
from semshift_nb.measures.intrinsic_dimension import two_nn_dimension
from semshift_nb.measures.isotropy import partition_isotropy
from semshift_nb.measures.jackknife_isotropy import (
    jackknife_dimension_figures,
    jackknife_partition_isotropy,
)
from semshift_nb.measures.jackknife_spectrum import (
    jackknife_effective_rank,
    jackknife_spectral_figures,
)
from semshift_nb.measures.label_neighbours import (
    bootstrap_nearest_neighbour_accuracy,
    label_chance,
    nearest_neighbour_accuracy,
)
from semshift_nb.measures.least_dilution import least_dilution_cuts
from semshift_nb.measures.least_dilution_walk import LeastDilutionWalk
from semshift_nb.measures.neighbours import nearest_neighbours, overlap_at_k
from semshift_nb.measures.other_cuts import even_cuts, percentile_cuts, shift_cuts
from semshift_nb.measures.prefix import PrefixShift, prefix_shift
from semshift_nb.measures.segmentation import (
    BoundaryScore,
    boundary_f1,
    mean_dilution,
    pk,
    size_variation,
    window_diff,
)
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
from semshift_nb.measures.spectral_figures import spectral_figures
from semshift_nb.measures.spectral_ranks import (
    effective_rank,
    information_abundance,
    nesum,
    participation_ratio,
    stable_rank,
)
from semshift_nb.measures.spectral_shape import (
    condition_number,
    first_component_share,
    iso_score,
    power_law_decay,
)
from semshift_nb.measures.spectrum import singular_values
from semshift_nb.measures.subsample_neighbours import subsample_hubness, subsample_two_nn_dimension

__all__ = [
    "BinnedDistances",
    "BoundaryScore",
    "Correction",
    "DimensionShares",
    "GeometryAccumulator",
    "Interval",
    "LeastDilutionWalk",
    "LeaveOuts",
    "PrefixShift",
    "Stage",
    "adjacent_distances",
    "alignment",
    "attention_entropy",
    "attention_share",
    "binned_distances",
    "bootstrap_alignment",
    "bootstrap_distance_contrast",
    "bootstrap_interval",
    "bootstrap_mean",
    "bootstrap_mean_pairwise_distance",
    "bootstrap_nearest_neighbour_accuracy",
    "bootstrap_spearman",
    "bootstrap_two_way_mean",
    "bootstrap_uniformity",
    "boundary_f1",
    "bounded_cuts",
    "column_filter_rate",
    "condition_number",
    "cosines_to_pooled",
    "cut_gains",
    "dilution",
    "dilution_from_dispersion",
    "dilution_path",
    "dimension_shares",
    "discrepancy",
    "dispersion",
    "drop_dimensions",
    "effective_rank",
    "even_cuts",
    "fair_price",
    "filter_rate",
    "filter_rate_bound",
    "first_component_share",
    "fit_all_but_the_top",
    "fit_centring",
    "fit_principal_components",
    "fit_whitening",
    "high_frequency_share",
    "holm",
    "hubness",
    "information_abundance",
    "iso_score",
    "jackknife_dimension_figures",
    "jackknife_effective_rank",
    "jackknife_partition_isotropy",
    "jackknife_spectral_figures",
    "k_occurrence",
    "keep_dimensions",
    "label_chance",
    "least_dilution_cuts",
    "leave_outs",
    "local_evolution",
    "mean_adjacent_distance",
    "mean_cosine",
    "mean_dilution",
    "mean_pairwise_distance",
    "near_zero_dimensions",
    "nearest_neighbour_accuracy",
    "nearest_neighbours",
    "nesum",
    "outlier_dimensions",
    "overlap_at_k",
    "partial_spearman",
    "participation_ratio",
    "partition_isotropy",
    "percentile_cuts",
    "permutation_test_paired",
    "pk",
    "power_law_decay",
    "prefix_shift",
    "rms_filter_rate",
    "score_variance",
    "semantic_shift",
    "shift_cuts",
    "singular_values",
    "size_variation",
    "spearman",
    "spectral_figures",
    "stable_rank",
    "subsample_hubness",
    "subsample_two_nn_dimension",
    "total_scatter",
    "two_nn_dimension",
    "uniformity",
    "window_diff",
]
