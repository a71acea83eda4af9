"""One t-SNE in a process of its own: it can be ended at once, and gives the same map every time.

Run by file and not as a module: importing the whole package would take longer than small maps do.
One thread only, for sums in another order make another map.
"""

import json
import sys

import numpy as np
from sklearn.manifold import TSNE


def main(source: str, target: str, settings: str) -> None:
    """Read rows, write their places, and print how far it is."""
    places = TSNE(n_components=2, init="pca", verbose=2, **json.loads(settings)).fit_transform(
        np.load(source)
    )
    np.save(target, places.astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])
