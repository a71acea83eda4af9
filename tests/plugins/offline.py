"""An environment in which whatever tries to leave the machine is refused and written down."""

import os
from pathlib import Path

HOOK = Path(__file__).parent / "no_network"


def offline_environment(folder: Path) -> tuple[dict[str, str], Path]:
    """Give the environment for a process and its children, and the file of their attempts."""
    attempts = folder / "attempts.log"
    attempts.touch()
    ours = {
        "PYTHONPATH": str(HOOK),
        "SEMSHIFT_TEST_ATTEMPTS": str(attempts),
    }
    # Nothing may lean on a setting of this machine that forbids the network.
    kept = {
        k: v for k, v in os.environ.items() if k not in {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}
    }
    return {**kept, **ours}, attempts
