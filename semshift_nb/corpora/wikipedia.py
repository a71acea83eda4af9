"""The wikipedia corpus (first draft, on gensim's filter)."""

import bz2
import re

import pandas as pd

from semshift_nb.corpora._gensim import gensim_file

DUMP = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"


def wikipedia() -> pd.DataFrame:
    """Draft."""
    from gensim.corpora.wikicorpus import extract_pages, filter_wiki

    rows = []
    with bz2.open(gensim_file(DUMP)) as dump:
        for title, text, page in extract_pages(dump, filter_namespaces=("0",)):
            if not text or text.lstrip().lower().startswith("#redirect"):
                continue
            lines = (line.strip(" '") for line in filter_wiki(text).split("\n"))
            kept = [line for line in lines if len(line) > 60 and line[0] not in "*#:;|=!{}"]
            plain = "\n\n".join(re.sub("'{2,}", "", line) for line in kept)
            if len(plain) > 500:
                rows.append((page, title, plain))
    return pd.DataFrame(rows, columns=["doc_id", "title", "text"])
