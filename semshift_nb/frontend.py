"""Who is looking: a person at a live notebook, or nobody."""

import sys


def live_notebook() -> bool:
    """Say whether the running code was started by a person in a live notebook.

    JupyterLab offers to ask its user for input with every cell it runs; papermill, nbclient and
    nbval, which run notebooks unattended, do not. A message from a widget comes only from a page
    that somebody has open.
    """
    # A process that never imported IPython is no notebook, and importing it would cost time.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    request = kernel.get_parent() if kernel is not None else None
    if not request:
        return False
    if str(request.get("header", {}).get("msg_type", "")).startswith("comm_"):
        return True
    return bool(request.get("content", {}).get("allow_stdin", False))
