"""What may be done to a space after its encoder: centring, whitening, leaving dimensions out."""

from typing import Any, Protocol


class Transform(Protocol):
    """Turns rows into other rows, each by itself; ``measures.fit_whitening`` makes one, say.

    Attributes
    ----------
    name : str
        What it is called in tables, such as ``"whitened"``.
    key : str
        A hash of all that decides its result.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> import numpy as np
    >>> class FirstTwo:
    ...     name, key = "first two", "first 2"
    ...     def __call__(self, vectors):
    ...         return vectors[:, :2]
    >>> from semshift_nb.encoders import load_encoder
    >>> load_encoder("static", store=None).after(FirstTwo()).encode(["a river"]).shape
    (1, 2)
    """

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    @property
    def key(self) -> str:
        """A hash of all that decides its result."""
        ...

    def __call__(self, vectors: Any, /) -> Any:  # noqa: ANN401 - arrays of any namespace
        """Turn unit rows into rows of whatever length."""
        ...
