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

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array
from semshift_nb.measures.spectrum.spectrum import figure_of, slope_of_decay, spectrum_of
from semshift_nb.validation import is_whole, shown


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


def power_law_decay(
    embeddings: Array, *, centred: bool = True, first_rank: int = 1, last_rank: int | None = None
) -> float:
    """Return how steeply the eigenvalues fall with their rank.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length. At least three directions must not be zero, for through two points
        every line goes; ten times as many texts as dimensions, or the last ranks fall off for want
        of texts and steepen the line.
    centred : bool, default True
        Whether to take the mean vector off first.
    first_rank, last_rank : int, optional
        The ranks to fit, both included; by default all. Papers choose a range by eye.

    Returns
    -------
    float
        Minus the slope of log lambda on log rank by least squares, every rank of one weight (papers
        that weigh rank r by 1 / r hear the head more); singular values below 1e-6 of the greatest
        are left out. 0 where all directions are alike; about 1 is called healthy; far more is a
        spectrum of which little but the head is left.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, the rows do not differ, the
        ranks are out of range, or fewer than three of the eigenvalues are not zero.

    References
    ----------
    Agrawal et al. 2022, alpha-ReQ; Stringer et al. 2019. Known failure: few spectra are a power
    law, and the slope then depends on the ranks chosen.

    Examples
    --------
    >>> import numpy as np
    >>> round(power_law_decay(np.diag([1.0, 1 / 2, 1 / 3, 1 / 4]), centred=False), 6)
    2.0
    """
    spectrum = spectrum_of(embeddings, centred=centred)
    last = spectrum.most if last_rank is None else last_rank
    upto = is_whole(last, least=1, most=spectrum.most)
    if not (upto and is_whole(first_rank, least=1, most=last)):
        raise InputError(
            f"first_rank is {shown(first_rank)} and last_rank {shown(last_rank)}, expected "
            f"ranks from 1 to {spectrum.most}, the first not after the last."
        )
    slope = slope_of_decay(spectrum.shares, first_rank=int(first_rank), last_rank=int(last))
    if isinstance(slope, str):
        raise InputError(slope)
    return slope


def condition_number(embeddings: Array, *, centred: bool = True) -> float:
    """Return the greatest singular value over the least.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length; at least ``dim + 1`` (``dim`` uncentred), for fewer leave a direction
        without any spread. n isotropic normal vectors have about ``(1 + r) / (1 - r)`` with
        ``r = sqrt(dim / n)``: 1.9 where there are ten times as many as dimensions.
    centred : bool, default True
        Whether to take the mean vector off first.

    Returns
    -------
    float
        ``sigma_1 / sigma_dim``, from 1 (whitened) to 1e6; where it would be more, the least is a
        rounding error of float32 and it counts as infinite.

    Raises
    ------
    InputError
        If there are too few rows, a value is NaN or infinite, or the condition number is infinite;
        the message tells which, for a model with near-zero dimensions has none.

    References
    ----------
    Golub & Van Loan, Matrix Computations, 2.6.2. Known failure: it looks at the two ends only, and
    the weak end is mostly noise.

    Examples
    --------
    >>> import numpy as np
    >>> condition_number(np.diag([4.0, 3.0, 2.0]), centred=False)
    2.0
    """
    return figure_of(embeddings, "condition_number", centred=centred)


def first_component_share(
    embeddings: Array, *, n_components: int = 1, centred: bool = True
) -> float:
    """Return what share of the spread the strongest directions have.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two; few make the share large, see `stable_rank`.
    n_components : int, default 1
        How many of the strongest directions to add up.
    centred : bool, default True
        Whether to take the mean vector off first. Uncentred, the mean is most often the first, and
        of unit rows in a narrow cone its share is about their mean cosine.

    Returns
    -------
    float
        ``(lambda_1 + ...) / sum lambda``, from ``n_components / min(n_texts - 1, dim)`` (all
        directions alike) to 1 (all on a line).

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, the rows do not differ, or
        ``n_components`` is out of range.

    References
    ----------
    The explained variance of a principal component analysis; Jolliffe 2002. Known failure: two
    strong directions of about the same strength look like half a collapse.

    Examples
    --------
    >>> import numpy as np
    >>> first_component_share(np.diag([2.0, 1.0, 1.0]), centred=False)
    0.6666666666666666
    """
    spectrum = spectrum_of(embeddings, centred=centred)
    if not is_whole(n_components, least=1, most=len(spectrum.shares)):
        raise InputError(
            f"n_components is {shown(n_components)}, expected 1 to {len(spectrum.shares)}, the "
            "number of singular values."
        )
    return float(spectrum.values[:n_components].sum() / spectrum.values.sum())


def iso_score(embeddings: Array) -> float:
    """Return how evenly the variance is spread over all dimensions of the space.

    The paper's seven steps come down to ``(PR - 1) / (dim - 1)`` with PR the participation ratio of
    the centred vectors; the tests hold this against the steps and against the authors' program.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two, in at least two dimensions, for in one there is nothing
        to share out. n isotropic normal vectors reach ``1 / (1 + dim / n)`` only, and n texts at
        most ``(n - 2) / (dim - 1)``: take ten times as many as dimensions.

    Returns
    -------
    float
        From 0 (a line) to 1 (the same variance in every direction): about the share of dimensions
        in use. Of real models it is mostly below 0.5, of collapsed ones below 0.05.

    Raises
    ------
    InputError
        If there are fewer than two rows or dimensions, a value is NaN or infinite, or the rows do
        not differ.

    References
    ----------
    Rudman et al. 2022, IsoScore, algorithm 1. Known failure: it does not see the mean, so that a
    narrow cone of round cross-section is perfectly isotropic.

    Examples
    --------
    >>> import numpy as np
    >>> round(iso_score(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])), 6)
    1.0
    """
    return figure_of(embeddings, "iso_score")
