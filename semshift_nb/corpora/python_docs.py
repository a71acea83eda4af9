"""The python-docs corpus."""

import pandas as pd
from pydoc_data.topics import topics


def python_docs() -> pd.DataFrame:
    """Draft."""
    names = sorted(topics)
    return pd.DataFrame(
        {"doc_id": names, "title": names, "text": [topics[n].strip() for n in names]}
    )
