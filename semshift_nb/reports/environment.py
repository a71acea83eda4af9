"""What a run ran on: versions of everything the package needs, and the machine."""

import os
import platform
from importlib import metadata

from packaging.requirements import Requirement

DISTRIBUTION = "semshift-nb"


def requirements(extras: tuple[str, ...] = ("", "offline")) -> list[Requirement]:
    """List what the installed package says it needs."""
    needs = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    return [
        need
        for need in needs
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def versions() -> dict[str, str]:
    """Say which version of everything is installed."""
    names = [DISTRIBUTION, *(need.name for need in requirements())]
    return {"python": platform.python_version()} | {name: installed(name) for name in sorted(names)}


def installed(name: str) -> str:
    """Say which version of a package is installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, object]:
    """Describe the machine in what may matter to a figure or a time."""
    return {
        "platform": platform.platform(),
        "architecture": platform.machine(),
        "n_processors": os.cpu_count(),
    }
