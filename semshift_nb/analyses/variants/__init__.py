"""Many variants of an encoder compared: figures of their spaces beside how well they retrieve."""
