"""An embedding space: its spectrum, its map and its dimensions."""
