"""Documents, queries and judgements: BEIR folders, tasks of MTEB, sentences of a corpus."""
