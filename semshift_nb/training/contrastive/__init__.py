"""Contrast: what pulls texts together, what pushes them apart, and what that does to the space."""
