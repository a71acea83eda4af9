"""DataFrame in, Altair chart out. No statistic is computed here.

Importing this package makes its renderer and theme Altair's, unless you have chosen others: charts
then show in a live notebook, an exported page and as a picture, all without a network.
"""

from semshift_nb.charts.attention import filter_curves, layer_curves
from semshift_nb.charts.diagnosis import (
    cause_data,
    cause_gains,
    cause_shares,
    live_causes,
    mended_shares,
)
from semshift_nb.charts.geometry import (
    anisotropy_by_layer,
    cone_by_layer,
    correction_effects,
    dimension_strip,
    frequency_bands,
    spectra_by_layer,
)
from semshift_nb.charts.length import length_curves
from semshift_nb.charts.limits import (
    bias_wins,
    capacity_by_dimension,
    critical_dimensions,
    position_wins,
)
from semshift_nb.charts.remedies import remedy_ladder
from semshift_nb.charts.report_card import report_card
from semshift_nb.charts.retrieval import method_figures, retrieval_differences
from semshift_nb.charts.shift import (
    concatenation_curves,
    discrepancy_by_dispersion,
    document_data,
    document_view,
    live_document,
    prefix_curves,
    shift_map,
)
from semshift_nb.charts.spaces.panels import PART_COLOURS, VIEW_COLOURS
from semshift_nb.charts.spaces.view import (
    live_spectrum,
    spectrum_data,
    spectrum_signals,
    spectrum_view,
)
from semshift_nb.charts.splitting.view import (
    live_split,
    price_range,
    split_data,
    split_signals,
    split_view,
)
from semshift_nb.charts.temperature.view import (
    live_tempering,
    tempering_data,
    tempering_sweep,
    tempering_view,
)
from semshift_nb.charts.theme import enable
from semshift_nb.charts.variants import (
    ablation_curves,
    alignment_plane,
    order_intervals,
    quality_plane,
)

__all__ = [
    "PART_COLOURS",
    "VIEW_COLOURS",
    "ablation_curves",
    "alignment_plane",
    "anisotropy_by_layer",
    "bias_wins",
    "capacity_by_dimension",
    "cause_data",
    "cause_gains",
    "cause_shares",
    "concatenation_curves",
    "cone_by_layer",
    "correction_effects",
    "critical_dimensions",
    "dimension_strip",
    "discrepancy_by_dispersion",
    "document_data",
    "document_view",
    "filter_curves",
    "frequency_bands",
    "layer_curves",
    "length_curves",
    "live_causes",
    "live_document",
    "live_spectrum",
    "live_split",
    "live_tempering",
    "mended_shares",
    "method_figures",
    "order_intervals",
    "position_wins",
    "prefix_curves",
    "price_range",
    "quality_plane",
    "remedy_ladder",
    "report_card",
    "retrieval_differences",
    "shift_map",
    "spectra_by_layer",
    "spectrum_data",
    "spectrum_signals",
    "spectrum_view",
    "split_data",
    "split_signals",
    "split_view",
    "tempering_data",
    "tempering_sweep",
    "tempering_view",
]

enable()
