"""SplitExplorer: a text's cuts, by price or by hand."""
