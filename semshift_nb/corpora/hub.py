"""hub:NAME: a dataset through the ``datasets`` library, which is an extra."""

from pathlib import Path
from typing import Any

import pandas as pd

from semshift_nb.corpora.corpus import COLUMNS
from semshift_nb.errors import InputError, SemshiftError

SPLIT = "train"
_SAVED = ("state.json", "dataset_dict.json")


def read_hub(name: str) -> pd.DataFrame:
    """Read a dataset of the hub, or of a local folder."""
    dataset = _one_split(_load(name), name)
    if "text" not in dataset.column_names:
        raise InputError(
            f"dataset {name!r} must have a column 'text', but its columns are "
            f"{', '.join(map(repr, dataset.column_names))}: load it with datasets, rename the "
            "column that holds the texts, and hand in the DataFrame."
        )
    known = [column for column in dataset.column_names if column in COLUMNS]
    frame: pd.DataFrame = dataset.select_columns(known).to_pandas()
    return frame


def _load(name: str) -> Any:  # noqa: ANN401 - a class of a library that may not be installed
    try:
        import datasets
    except ImportError:
        raise InputError(
            "hub: needs the package datasets, which is not installed: type "
            'pip install "semshift-nb[hub]".'
        ) from None
    folder = Path(name).expanduser()
    try:
        if any((folder / file).is_file() for file in _SAVED):
            return datasets.load_from_disk(str(folder))
        return datasets.load_dataset(str(folder) if folder.is_dir() else name)
    except (datasets.exceptions.DatasetsError, FileNotFoundError, ValueError) as error:
        raise InputError(
            f"dataset {name!r} cannot be loaded ({error!s:.300}): check its name, or give a "
            "folder's path."
        ) from error
    except OSError as error:
        raise SemshiftError(
            f"dataset {name!r} could not be fetched ({error!s:.300}): check the connection, or "
            "download it elsewhere and give the path of its folder."
        ) from error


def _one_split(loaded: Any, name: str) -> Any:  # noqa: ANN401
    if not isinstance(loaded, dict):
        return loaded
    if SPLIT in loaded:
        return loaded[SPLIT]
    if len(loaded) == 1:
        return next(iter(loaded.values()))
    raise InputError(
        f"dataset {name!r} has the splits {', '.join(map(repr, loaded))}, none of them {SPLIT!r}: "
        "load the one you mean with datasets and hand in its DataFrame."
    )
