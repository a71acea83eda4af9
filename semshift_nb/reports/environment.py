"""What a run ran on: versions of everything the package needs, and the machine."""

import os
import platform
from importlib import metadata

from packaging.requirements import Requirement

DISTRIBUTION = "semshift-nb"


def requirements(extras: tuple[str, ...] = ("", "offline")) -> list[Requirement]:
    """List what the installed package says it needs.

    Parameters
    ----------
    extras : tuple of str
        Whose needs to count; the empty string stands for what is always needed.

    Returns
    -------
    list of Requirement
        Name and range each; those for another platform or Python are left out.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If the package runs without having been installed.

    Examples
    --------
    >>> any(requirement.name == "torch" for requirement in requirements())
    True
    """
    needs = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    return [
        need
        for need in needs
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def versions() -> dict[str, str]:
    """Say which version of everything is installed.

    Returns
    -------
    dict of str to str
        Python, this package, and what it needs; "not installed" for what is missing.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If the package runs without having been installed.

    Examples
    --------
    >>> sorted(versions())[0]
    'altair'
    """
    names = [DISTRIBUTION, *(need.name for need in requirements())]
    return {"python": platform.python_version()} | {name: installed(name) for name in sorted(names)}


def installed(name: str) -> str:
    """Say which version of a package is installed.

    Parameters
    ----------
    name : str
        The distribution's name.

    Returns
    -------
    str
        Its version, or "not installed".

    Raises
    ------
    ValueError
        If the name is empty.

    Examples
    --------
    >>> installed("no-such-package")
    'not installed'
    """
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, object]:
    """Describe the machine in what may matter to a figure or a time.

    Returns
    -------
    dict
        platform, architecture, and the number of processors.

    Raises
    ------
    Nothing
        What cannot be known is None.

    Examples
    --------
    >>> sorted(machine())
    ['architecture', 'n_processors', 'platform']
    """
    return {
        "platform": platform.platform(),
        "architecture": platform.machine(),
        "n_processors": os.cpu_count(),
    }
