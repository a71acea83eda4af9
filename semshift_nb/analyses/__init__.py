"""Corpus and encoder in, tidy DataFrame out; one module a question. Nothing is drawn here.

Wherever a corpus, an encoder or a dataset is taken, its name or path will do.
"""

from semshift_nb.analyses.attention.calibration import Calibration, calibrate, calibrated_schedule
from semshift_nb.analyses.attention.filter_explained import filter_explained
from semshift_nb.analyses.attention.low_pass import FilterResult, read_filter
from semshift_nb.analyses.diagnosis.report import MissReport, miss_report
from semshift_nb.analyses.diagnosis.why import (
    Diagnosis,
    found_first,
    missed_documents,
    why_not_found,
)
from semshift_nb.analyses.geometry.corrections import correction_effects
from semshift_nb.analyses.geometry.dimensions import (
    dead_dimensions,
    dimension_extremes,
    dimension_profile,
    published_near_zero,
    vector_profile,
)
from semshift_nb.analyses.geometry.frequency_bias import frequency_bias
from semshift_nb.analyses.geometry.geometry import corpus_geometry, geometry
from semshift_nb.analyses.geometry.layers import LayerReading, read_layer_geometry
from semshift_nb.analyses.length.length_collapse import length_collapse
from semshift_nb.analyses.length.length_gap import length_gap
from semshift_nb.analyses.limits.bias import bias_probes, position_probes
from semshift_nb.analyses.limits.capacity import capacity, critical_dimensions
from semshift_nb.analyses.remedies.catalogue import DEFAULT_REMEDIES, REMEDIES
from semshift_nb.analyses.remedies.ladder import RemedyLadder, remedy_ladder
from semshift_nb.analyses.report_card.card import card_controls, report_card
from semshift_nb.analyses.report_card.verdicts import card_changes, card_metrics, card_verdicts
from semshift_nb.analyses.retrieval.comparison import RetrievalResult, retrieval
from semshift_nb.analyses.retrieval.metric_table import change_rows
from semshift_nb.analyses.shift.concatenation import concatenation, concatenation_texts
from semshift_nb.analyses.shift.predictors import predictors, window_shift
from semshift_nb.analyses.shift.session import (
    DocumentReading,
    ShiftSession,
    distance_map,
    neighbours_of,
)
from semshift_nb.analyses.shift.tables import (
    dilution_gap,
    document_shift,
    prefix_shift,
    range_shift,
    sentence_shift,
)
from semshift_nb.analyses.spaces.projection import MAPS
from semshift_nb.analyses.spaces.session import EmbeddingSpaces
from semshift_nb.analyses.spaces.view import CORRECTIONS, SpaceView
from semshift_nb.analyses.splitting.chunk_retrieval import chunk_retrieval
from semshift_nb.analyses.splitting.chunks import Chunk
from semshift_nb.analyses.splitting.evaluation import evaluate_splits
from semshift_nb.analyses.splitting.session import SplitSession, SplitTables, split_tables
from semshift_nb.analyses.splitting.split import SPLIT_METHODS, Splitting, split, split_corpus
from semshift_nb.analyses.splitting.stream import split_stream
from semshift_nb.analyses.temperature.session import TemperedTexts
from semshift_nb.analyses.temperature.setting import SCHEDULES, Tempering
from semshift_nb.analyses.variants.ablation_studies import ablated_clustering, ablated_retrieval
from semshift_nb.analyses.variants.ablations import Ablation, ablations, document_halves
from semshift_nb.analyses.variants.alignment_uniformity import alignment_uniformity
from semshift_nb.analyses.variants.comparison import QualityOrder, quality_order
from semshift_nb.analyses.variants.correlations import order_verdicts
from semshift_nb.analyses.variants.views import encoder_views, read_ahead
from semshift_nb.analyses.verdicts import (
    above,
    all_hold,
    below,
    change_along,
    change_with_k,
    mode_order,
    order_along,
    single_row,
    stated,
)

__all__ = [
    "CORRECTIONS",
    "DEFAULT_REMEDIES",
    "MAPS",
    "REMEDIES",
    "SCHEDULES",
    "SPLIT_METHODS",
    "Ablation",
    "Calibration",
    "Chunk",
    "Diagnosis",
    "DocumentReading",
    "EmbeddingSpaces",
    "FilterResult",
    "LayerReading",
    "MissReport",
    "QualityOrder",
    "RemedyLadder",
    "RetrievalResult",
    "ShiftSession",
    "SpaceView",
    "SplitSession",
    "SplitTables",
    "Splitting",
    "TemperedTexts",
    "Tempering",
    "ablated_clustering",
    "ablated_retrieval",
    "ablations",
    "above",
    "alignment_uniformity",
    "all_hold",
    "below",
    "bias_probes",
    "calibrate",
    "calibrated_schedule",
    "capacity",
    "card_changes",
    "card_controls",
    "card_metrics",
    "card_verdicts",
    "change_along",
    "change_rows",
    "change_with_k",
    "chunk_retrieval",
    "concatenation",
    "concatenation_texts",
    "corpus_geometry",
    "correction_effects",
    "critical_dimensions",
    "dead_dimensions",
    "dilution_gap",
    "dimension_extremes",
    "dimension_profile",
    "distance_map",
    "document_halves",
    "document_shift",
    "encoder_views",
    "evaluate_splits",
    "filter_explained",
    "found_first",
    "frequency_bias",
    "geometry",
    "length_collapse",
    "length_gap",
    "miss_report",
    "missed_documents",
    "mode_order",
    "neighbours_of",
    "order_along",
    "order_verdicts",
    "position_probes",
    "predictors",
    "prefix_shift",
    "published_near_zero",
    "quality_order",
    "range_shift",
    "read_ahead",
    "read_filter",
    "read_layer_geometry",
    "remedy_ladder",
    "report_card",
    "retrieval",
    "sentence_shift",
    "single_row",
    "split",
    "split_corpus",
    "split_stream",
    "split_tables",
    "stated",
    "vector_profile",
    "why_not_found",
    "window_shift",
]
