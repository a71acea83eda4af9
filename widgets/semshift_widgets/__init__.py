"""Explorers for JupyterLab: what the analyses say, under a mouse."""

from semshift_widgets.shift_explorer import ShiftExplorer

__all__ = ["ShiftExplorer"]
