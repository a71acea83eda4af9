"""ShiftExplorer: a document's path and map under a mouse."""
