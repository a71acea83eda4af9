"""How many directions a set of embeddings really uses: four ways to count them.

All four are 1 where all the spread lies along one line and ``m = min(n_texts - 1, dim)``
(``min(n_texts, dim)`` uncentred) where it is the same in every direction. They differ in how much a
weak direction counts: least in the stable rank, which hears the strongest alone, then in the
participation ratio; most in the effective rank and the information abundance, which take singular
values and not their squares.

None changes when the space is turned, the vectors are scaled or the rows change places; all change
when single dimensions are scaled. The number of texts bounds and drives them: compare only sets of
the same number. float16 and whole numbers are converted to float64 exactly.
"""

from semshift_nb.measures._arrays import Array
from semshift_nb.measures.spectrum import figure_of


def effective_rank(embeddings: Array, *, centred: bool = True) -> float:
    """Return over how many directions the spread of some embeddings is shared out.

    A healthy model's sentences use most of the directions they can (the bundled model's 1,500
    sentences 299 of 384); in a collapsed space it is a handful.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two. It lies below that of the whole population, the further
        the fewer texts there are: isotropic normal vectors reach about 0.9 ``dim`` with twice as
        many texts as dimensions.
    centred : bool, default True
        Whether to take the mean vector off first. Uncentred, the mean counts as a direction, most
        often the strongest.

    Returns
    -------
    float
        ``exp(-sum p log p)`` with ``p = sigma / sum sigma``, from 1 to ``min(n_texts - 1, dim)``
        (``min(n_texts, dim)`` uncentred).

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ
        (uncentred: are zero), so that there is no spread to share out.

    References
    ----------
    Roy & Vetterli 2007, effective rank; Garrido et al. 2023, RankMe, which is uncentred and adds
    1e-7 to every share. Known failure: many directions of faint noise look like rank.

    Examples
    --------
    >>> import numpy as np
    >>> round(effective_rank(np.diag([2.0, 2.0, 2.0]), centred=False), 6)
    3.0
    """
    return figure_of(embeddings, "effective_rank", centred=centred)


def participation_ratio(embeddings: Array, *, centred: bool = True) -> float:
    """Return how many directions take part in the variance of some embeddings.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two; ten times as many as dimensions bring it within a tenth
        of its limit: n isotropic normal vectors have about ``dim / (1 + dim / n)``.
    centred : bool, default True
        Whether to take the mean vector off first.

    Returns
    -------
    float
        ``(sum lambda)^2 / sum lambda^2`` with ``lambda = sigma^2``, from 1 to
        ``min(n_texts - 1, dim)`` (``min(n_texts, dim)`` uncentred). A collapsed space has a few.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ.

    References
    ----------
    Gao et al. 2017, A theory of multineuronal dimensionality; `iso_score` is the same figure on a
    scale from 0 to 1. Known failure: one strong direction hides all others.

    Examples
    --------
    >>> import numpy as np
    >>> round(participation_ratio(np.diag([1.0, 1.0, 1.0, 1.0])), 6)
    3.0
    """
    return figure_of(embeddings, "participation_ratio", centred=centred)


def stable_rank(embeddings: Array, *, centred: bool = True) -> float:
    """Return the sum of the eigenvalues over the greatest of them.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two. n isotropic normal vectors have about
        ``dim / (1 + sqrt(dim / n))^2``, so that few texts make it small.
    centred : bool, default True
        Whether to take the mean vector off first. The figure was defined for a matrix as it is,
        which is ``centred=False``; then a narrow cone alone brings it close to 1.

    Returns
    -------
    float
        ``|A|_F^2 / |A|_2^2 = sum lambda / lambda_1``, from 1 to ``min(n_texts - 1, dim)``
        (``min(n_texts, dim)`` uncentred); one over `first_component_share`.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ.

    References
    ----------
    Rudelson & Vershynin 2007. Known failure: it hears the strongest direction alone, so that two
    spectra of very different tails can have the same.

    Examples
    --------
    >>> import numpy as np
    >>> stable_rank(np.diag([2.0, 1.0, 1.0]), centred=False)
    1.5
    """
    return figure_of(embeddings, "stable_rank", centred=centred)


def nesum(embeddings: Array) -> float:
    """Return the sum of the covariance's eigenvalues over the greatest of them.

    It is the stable rank of the centred vectors, to the last digit. Both names stand because papers
    report both: NESum was defined on a covariance, which is centred, and is so here always; the
    stable rank was defined for a matrix as it is, and can be had uncentred.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two; see `stable_rank` for what few texts do.

    Returns
    -------
    float
        ``sum lambda / lambda_1``, from 1 (collapsed onto a line) to ``min(n_texts - 1, dim)``
        (whitened).

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ.

    References
    ----------
    He & Ozay 2022, Exploring the gap between collapsed and whitened features. Known failure: as
    `stable_rank`.

    Examples
    --------
    >>> import numpy as np
    >>> round(nesum(np.eye(4)), 6)
    3.0
    """
    return figure_of(embeddings, "nesum")


def information_abundance(embeddings: Array, *, centred: bool = True) -> float:
    """Return the sum of the singular values over the greatest of them.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two; few texts make it small, as they do the stable rank.
    centred : bool, default True
        Whether to take the mean vector off first; the paper does not.

    Returns
    -------
    float
        ``sum sigma / sigma_1``, from 1 to ``min(n_texts - 1, dim)`` (``min(n_texts, dim)``
        uncentred); never below the stable rank. A collapsed table of embeddings has a few.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ.

    References
    ----------
    Guo et al. 2023, On the embedding collapse when scaling up recommendation models. Known failure:
    many directions of faint noise add up.

    Examples
    --------
    >>> import numpy as np
    >>> information_abundance(np.diag([2.0, 1.0, 1.0]), centred=False)
    2.0
    """
    return figure_of(embeddings, "information_abundance", centred=centred)
