"""What the hub has, read from this machine, and fetched only after a word of permission."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pandas as pd
from huggingface_hub.errors import LocalEntryNotFoundError

from semshift_nb.corpora.corpus import COLUMNS
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.permissions import DOWNLOAD, how_to_permit

SPLIT = "train"
_SAVED = ("state.json", "dataset_dict.json")


@contextmanager
def fetching(what: str, function: str, allow: Collection[str]) -> Iterator[None]:
    """Let the hub's libraries use the network if ``allow`` says so, or else their cache alone.

    ``function`` is the one that takes the permission.
    """
    allowed = DOWNLOAD in allow
    try:
        with nullcontext() if allowed else _offline():
            yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            raise  # there is no such thing, here or there
        if allowed:
            raise SemshiftError(
                f"{what} could not be fetched ({error!s:.300}): check the name and the connection, "
                "or fetch it where there is one."
            ) from error
        raise InputError(
            f"{what} does not lie on this machine, and nothing is downloaded unless you say so: "
            f"name a folder, or {how_to_permit(DOWNLOAD, function)}."
        ) from error


@contextmanager
def _offline() -> Iterator[None]:
    """Make the hub's libraries act as with HF_HUB_OFFLINE=1, which they read at import only."""
    import datasets
    import huggingface_hub

    places: tuple[Any, ...] = (datasets.config, huggingface_hub.constants)
    before = [place.HF_HUB_OFFLINE for place in places]
    for place in places:
        place.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            place.HF_HUB_OFFLINE = value


def read_hub(name: str, allow: Collection[str] = ()) -> pd.DataFrame:
    """Read a dataset of the hub, or of a local folder."""
    dataset = _one_split(_load(name, allow), name)
    if "text" not in dataset.column_names:
        raise InputError(
            f"dataset {name!r} must have a column 'text', but its columns are "
            f"{', '.join(map(repr, dataset.column_names))}: load it with datasets, rename the "
            "column that holds the texts, and hand in the DataFrame."
        )
    known = [column for column in dataset.column_names if column in COLUMNS]
    frame: pd.DataFrame = dataset.select_columns(known).to_pandas()
    return frame


def _load(name: str, allow: Collection[str]) -> Any:  # noqa: ANN401 - a class of an extra
    try:
        import datasets
    except ImportError:
        raise InputError(
            "hub: needs the package datasets, which is not installed: type "
            'pip install "semshift-nb[hub]".'
        ) from None
    folder = Path(name).expanduser()
    try:
        if not folder.is_dir():
            with fetching(f"the dataset {name!r}", "load_corpus", allow):
                return datasets.load_dataset(name)
        with _offline():
            saved = any((folder / file).is_file() for file in _SAVED)
            return (datasets.load_from_disk if saved else datasets.load_dataset)(str(folder))
    except SemshiftError:
        raise
    except (datasets.exceptions.DatasetsError, OSError, ValueError) as error:
        raise InputError(
            f"dataset {name!r} cannot be loaded ({error!s:.300}): check its name, or give a "
            "folder's path."
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
