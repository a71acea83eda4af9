"""TempScaleExplorer: a temperature of the attention under a slider."""
