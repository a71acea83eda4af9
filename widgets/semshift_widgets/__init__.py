"""Explorers for JupyterLab: what the analyses say, under a mouse."""

from semshift_widgets.diagnosis.diagnosis_explorer import DiagnosisExplorer
from semshift_widgets.shift.shift_explorer import ShiftExplorer
from semshift_widgets.spaces.spectrum_explorer import SpectrumExplorer
from semshift_widgets.splitting.split_explorer import SplitExplorer
from semshift_widgets.temperature.tempscale_explorer import TempScaleExplorer

__all__ = [
    "DiagnosisExplorer",
    "ShiftExplorer",
    "SpectrumExplorer",
    "SplitExplorer",
    "TempScaleExplorer",
]
