"""The figures of a spectrum by their names in tables."""

from semshift_nb import measures

SPECTRAL = {
    "effective_rank": measures.effective_rank,
    "participation_ratio": measures.participation_ratio,
    "stable_rank": measures.stable_rank,
    "nesum": measures.nesum,
    "power_law_decay": measures.power_law_decay,
    "information_abundance": measures.information_abundance,
    "condition_number": measures.condition_number,
    "first_component_share": measures.first_component_share,
    "iso_score": measures.iso_score,
}
