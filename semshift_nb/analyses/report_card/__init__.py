"""One screen that says what is wrong with a model on a corpus, in figures and in words."""
