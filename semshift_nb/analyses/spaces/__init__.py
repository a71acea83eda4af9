"""Some texts in embedding space after embedding space: what SpectrumExplorer shows."""
