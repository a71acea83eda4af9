"""The words of a verdict, wherever one is told."""

VERDICT_WORDS = {True: "holds", False: "does not hold", None: "undecided"}
