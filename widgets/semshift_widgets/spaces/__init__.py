"""SpectrumExplorer: a space's spectrum, map and dimensions under a mouse."""
