"""Vectors to numbers: pure functions over NumPy arrays, torch tensors and their like."""

from semshift_nb.measures.attention import attention_entropy, attention_share, score_variance
from semshift_nb.measures.concentration.alignment_uniformity import (
    alignment,
    bootstrap_alignment,
    bootstrap_uniformity,
    mean_cosine,
    uniformity,
)
from semshift_nb.measures.concentration.distance import (
    bootstrap_distance_contrast,
    bootstrap_mean_pairwise_distance,
    mean_pairwise_distance,
)
from semshift_nb.measures.concentration.isotropy import (
    jackknife_dimension_figures,
    jackknife_partition_isotropy,
    partition_isotropy,
)
from semshift_nb.measures.corrections import (
    Correction,
    drop_dimensions,
    fit_all_but_the_top,
    fit_centring,
    fit_mean_projection,
    fit_principal_components,
    fit_whitening,
    keep_dimensions,
)
from semshift_nb.measures.dimensions import (
    DimensionShares,
    dimension_shares,
    near_zero_dimensions,
    outlier_dimensions,
)
from semshift_nb.measures.filter_rate import (
    column_filter_rate,
    filter_rate,
    filter_rate_bound,
    high_frequency_share,
    rms_filter_rate,
)
from semshift_nb.measures.neighbours.hubness import hubness, k_occurrence
from semshift_nb.measures.neighbours.hubness_reduction import (
    HubnessReduction,
    fit_csls,
    fit_local_scaling,
    fit_mutual_proximity,
)
from semshift_nb.measures.neighbours.intrinsic_dimension import two_nn_dimension
from semshift_nb.measures.neighbours.labels import (
    bootstrap_nearest_neighbour_accuracy,
    label_chance,
    nearest_neighbour_accuracy,
)
from semshift_nb.measures.neighbours.neighbours import nearest_neighbours, overlap_at_k
from semshift_nb.measures.neighbours.subsampling import (
    subsample_hubness,
    subsample_two_nn_dimension,
)
from semshift_nb.measures.resampling.bootstrap import (
    Interval,
    bootstrap_interval,
    bootstrap_mean,
    bootstrap_two_way_mean,
)
from semshift_nb.measures.resampling.correlation import (
    bootstrap_spearman,
    partial_spearman,
    spearman,
)
from semshift_nb.measures.resampling.jackknife import JackknifePlan, jackknife_plan
from semshift_nb.measures.resampling.significance import holm, permutation_test_paired
from semshift_nb.measures.resampling.student import student_mean
from semshift_nb.measures.segmentation.baselines import (
    bounded_cuts,
    even_cuts,
    percentile_cuts,
    shift_cuts,
)
from semshift_nb.measures.segmentation.least_dilution import least_dilution_cuts
from semshift_nb.measures.segmentation.metrics import (
    BoundaryScore,
    boundary_f1,
    mean_dilution,
    pk,
    size_variation,
    window_diff,
)
from semshift_nb.measures.segmentation.online import LeastDilutionWalk
from semshift_nb.measures.segmentation.price import Stage, dilution_path, fair_price
from semshift_nb.measures.segmentation.scatter import cut_gains, total_scatter
from semshift_nb.measures.shift import (
    BinnedDistances,
    PrefixShift,
    adjacent_distances,
    binned_distances,
    cosines_to_pooled,
    dilution,
    dilution_from_dispersion,
    discrepancy,
    dispersion,
    local_evolution,
    mean_adjacent_distance,
    prefix_shift,
    semantic_shift,
)
from semshift_nb.measures.spectrum.jackknife import (
    jackknife_effective_rank,
    jackknife_spectral_figures,
)
from semshift_nb.measures.spectrum.lidar import lidar
from semshift_nb.measures.spectrum.named_figures import (
    condition_number,
    effective_rank,
    first_component_share,
    information_abundance,
    iso_score,
    nesum,
    participation_ratio,
    power_law_decay,
    stable_rank,
)
from semshift_nb.measures.spectrum.spectrum import singular_values, spectral_figures
from semshift_nb.measures.streaming.accumulator import GeometryAccumulator

__all__ = [
    "BinnedDistances",
    "BoundaryScore",
    "Correction",
    "DimensionShares",
    "GeometryAccumulator",
    "HubnessReduction",
    "Interval",
    "JackknifePlan",
    "LeastDilutionWalk",
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
    "fit_csls",
    "fit_local_scaling",
    "fit_mean_projection",
    "fit_mutual_proximity",
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
    "jackknife_plan",
    "jackknife_spectral_figures",
    "k_occurrence",
    "keep_dimensions",
    "label_chance",
    "least_dilution_cuts",
    "lidar",
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
    "student_mean",
    "subsample_hubness",
    "subsample_two_nn_dimension",
    "total_scatter",
    "two_nn_dimension",
    "uniformity",
    "window_diff",
]
