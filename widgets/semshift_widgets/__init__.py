"""Explorers for JupyterLab: what the analyses say, under a mouse."""

from semshift_widgets.shift_explorer import ShiftExplorer
from semshift_widgets.spectrum_explorer import SpectrumExplorer
from semshift_widgets.split_explorer import SplitExplorer
from semshift_widgets.tempscale_explorer import TempScaleExplorer

__all__ = ["ShiftExplorer", "SpectrumExplorer", "SplitExplorer", "TempScaleExplorer"]
