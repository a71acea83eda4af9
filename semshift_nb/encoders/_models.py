"""A folder to a sentence-transformers model, quietly and without the network."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from semshift_nb.errors import InputError


def load_model(
    folder: Path,
    *,
    dtype: str,
    device: str | None,
    allow: Collection[str],
) -> SentenceTransformer:
    """Load a model that ``check_folder`` let through.

    Parameters
    ----------
    folder : Path
        The model's folder.
    dtype : str
        Number format of the layers.
    device : str or None
        Where to compute; None for the best there is.
    allow : collection of str
        ``"pickle"`` and ``"remote-code"`` permit these.

    Returns
    -------
    SentenceTransformer
        Ready to encode.

    Raises
    ------
    InputError
        If the folder's files do not make a model.

    Examples
    --------
    Called by ``load_encoder``.
    """
    options = {} if "pickle" in allow else {"use_safetensors": True}
    try:
        with _no_loading_bar():
            return SentenceTransformer(
                str(folder),
                device=device,
                local_files_only=True,
                trust_remote_code="remote-code" in allow,
                model_kwargs={"dtype": dtype, **options},
            )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise InputError(
            f"{folder} could not be loaded as a sentence-transformers model "
            f"({type(error).__name__}: {error}). Copy it again, or name another one."
        ) from error


@contextmanager
def _no_loading_bar() -> Iterator[None]:
    # It would fill a notebook's output with a bar that says nothing about the work asked for.
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
