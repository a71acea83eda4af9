"""Corpus and encoder in, tidy DataFrame out; one module a question. Nothing is drawn here."""

from semshift_nb.analyses._chunks import Chunk
from semshift_nb.analyses._retrieval_table import change_rows
from semshift_nb.analyses._space_places import MAPS
from semshift_nb.analyses._split_methods import SPLIT_METHODS
from semshift_nb.analyses.ablation_studies import ablated_clustering, ablated_retrieval
from semshift_nb.analyses.ablations import Ablation, ablations, document_halves
from semshift_nb.analyses.alignment_uniformity import alignment_uniformity
from semshift_nb.analyses.attention_filter import read_filter
from semshift_nb.analyses.calibration import Calibration, calibrate, calibrated_schedule
from semshift_nb.analyses.card_verdicts import card_metrics, card_verdicts
from semshift_nb.analyses.chunk_retrieval import chunk_retrieval
from semshift_nb.analyses.concatenation import concatenation, concatenation_texts
from semshift_nb.analyses.corrections import correction_effects
from semshift_nb.analyses.dimension_extremes import dimension_extremes
from semshift_nb.analyses.dimension_profile import dimension_profile, vector_profile
from semshift_nb.analyses.dimensions import dead_dimensions, published_near_zero
from semshift_nb.analyses.documents import dilution_gap, document_shift
from semshift_nb.analyses.embedding_spaces import EmbeddingSpaces
from semshift_nb.analyses.encoder_views import encoder_views, read_ahead
from semshift_nb.analyses.filter_explained import filter_explained
from semshift_nb.analyses.filter_reading import FilterReading
from semshift_nb.analyses.frequency_bias import frequency_bias
from semshift_nb.analyses.geometry import corpus_geometry, geometry
from semshift_nb.analyses.ladders import change_along, order_along
from semshift_nb.analyses.layer_geometry import LayerReading, read_layer_geometry
from semshift_nb.analyses.length_collapse import length_collapse
from semshift_nb.analyses.length_gap import length_gap
from semshift_nb.analyses.maps import distance_map
from semshift_nb.analyses.mteb_model import MtebModel
from semshift_nb.analyses.neighbourhood import neighbours_of
from semshift_nb.analyses.order_verdicts import order_verdicts
from semshift_nb.analyses.predictors import predictors
from semshift_nb.analyses.prefixes import prefix_shift
from semshift_nb.analyses.quality_order import QualityOrder, quality_order
from semshift_nb.analyses.ranges import range_shift
from semshift_nb.analyses.reading import CorpusReading, DocumentReading
from semshift_nb.analyses.report_card import card_controls, report_card
from semshift_nb.analyses.retrieval import RetrievalResult, retrieval
from semshift_nb.analyses.selection import select
from semshift_nb.analyses.sentences import sentence_shift
from semshift_nb.analyses.space_view import CORRECTIONS, SpaceView
from semshift_nb.analyses.split_corpus import split_corpus
from semshift_nb.analyses.split_evaluation import evaluate_splits
from semshift_nb.analyses.split_reading import SplitReading
from semshift_nb.analyses.split_stream import split_stream
from semshift_nb.analyses.split_tables import SplitTables, split_tables
from semshift_nb.analyses.splitting import Splitting, split
from semshift_nb.analyses.tempered_texts import TemperedTexts
from semshift_nb.analyses.tempering import SCHEDULES, Tempering
from semshift_nb.analyses.verdicts import (
    above,
    all_hold,
    below,
    change_with_k,
    mode_order,
    stated,
)
from semshift_nb.analyses.windows import window_shift

__all__ = [
    "CORRECTIONS",
    "MAPS",
    "SCHEDULES",
    "SPLIT_METHODS",
    "Ablation",
    "Calibration",
    "Chunk",
    "CorpusReading",
    "DocumentReading",
    "EmbeddingSpaces",
    "FilterReading",
    "LayerReading",
    "MtebModel",
    "QualityOrder",
    "RetrievalResult",
    "SpaceView",
    "SplitReading",
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
    "calibrate",
    "calibrated_schedule",
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
    "frequency_bias",
    "geometry",
    "length_collapse",
    "length_gap",
    "mode_order",
    "neighbours_of",
    "order_along",
    "order_verdicts",
    "predictors",
    "prefix_shift",
    "published_near_zero",
    "quality_order",
    "range_shift",
    "read_ahead",
    "read_filter",
    "read_layer_geometry",
    "report_card",
    "retrieval",
    "select",
    "sentence_shift",
    "split",
    "split_corpus",
    "split_stream",
    "split_tables",
    "stated",
    "vector_profile",
    "window_shift",
]
