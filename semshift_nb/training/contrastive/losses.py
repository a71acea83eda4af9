"""The losses of contrastive training, and the bound by which one of them flattens the spectrum."""

import math

import torch
from torch.nn import functional

UNIFORMITY_T = 2.0
"""The exponent of Wang and Isola."""


def info_nce(left: torch.Tensor, right: torch.Tensor, tau: float) -> torch.Tensor:
    """Return how badly each text is told from all others by its partner.

    Parameters
    ----------
    left, right : Tensor of shape (n_texts, dim)
        Unit rows; row i of one and row i of the other are of one text, or of a pair.
    tau : float
        The temperature.

    Returns
    -------
    Tensor of shape ()
        ``-mean log(e^{l_i r_i / tau} / sum_j e^{l_i r_j / tau})``, from 0; about ``log n_texts``
        where nothing is told apart.

    References
    ----------
    Gao et al. 2021, SimCSE, equation 1.
    """
    return functional.cross_entropy(left @ right.T / tau, torch.arange(len(left)).to(left.device))


def alignment_loss(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Return the mean squared distance of pairs (Wang and Isola 2020)."""
    return (left - right).square().sum(dim=1).mean()


def uniformity_loss(rows: torch.Tensor) -> torch.Tensor:
    """Return the logarithm of the mean Gaussian potential of all pairs (Wang and Isola 2020)."""
    squared = torch.pdist(rows).square()
    return torch.logsumexp(-UNIFORMITY_T * squared, dim=0) - math.log(len(squared))


def contrast_and_bound(rows: torch.Tensor, tau: float) -> tuple[float, float]:
    """Return what pushes texts apart in InfoNCE, and what it is at the least.

    Parameters
    ----------
    rows : Tensor of shape (n_texts, dim)
        Unit rows W.
    tau : float
        The temperature.

    Returns
    -------
    tuple of two float
        ``mean_i log mean_j e^{w_i w_j / tau}``, and ``Sum(W W') / (tau n^2)``, which is never
        greater (Jensen). The sum is at most n times the greatest eigenvalue and, where no entry of
        W W' is negative, at least that eigenvalue, while the trace is n whatever W is: lessening
        the term presses on the head of the spectrum.

    References
    ----------
    Gao et al. 2021, SimCSE, section 5, equations 6 to 8; Merikoski 1984.
    """
    cosines = (rows @ rows.T).double()
    terms = torch.logsumexp(cosines / tau, dim=1) - math.log(len(rows))
    return float(terms.mean()), float(cosines.mean() / tau)
