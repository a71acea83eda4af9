"""One notebook, run in a process of its own: ``python -m semshift_nb.reports.execute``.

The process reads one line of JSON from its standard input, and then nothing more: that the other
end of it closes is how it learns that the report was stopped or killed, and it ends its kernel.
"""

import json
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import papermill
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.exceptions import PapermillExecutionError

from semshift_nb.reports.fork_server import Forked, own_server
from semshift_nb.reports.html import export_html
from semshift_nb.reports.jobs import RECORD
from semshift_nb.reports.tables import write_text

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TRACEBACK_LINES = 12
_SECONDS_TO_END = 10
_KIB = 1 if sys.platform == "darwin" else 1024


_KERNELS: list[Forked] = []


class ForkedKernel(LocalProvisioner):
    """Lets a kernel be forked by the server that this process is a fork of."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401
        """Start it; of its command what goes to the kernel begins with the connection file."""
        server = own_server()
        if server is None:
            return await super().launch_kernel(cmd, **kwargs)
        # It ends when the one that forked it does.
        env = {**kwargs["env"], "JPY_PARENT_PID": str(os.getppid())}
        kernel = server.fork(
            "ipykernel.kernelapp:launch_new_instance",
            cmd[cmd.index("-f") :],
            env=env,
            cwd=kwargs.get("cwd"),
            output=sys.stdout.fileno(),
        )
        # To the manager it is a process like any other.
        self.process = kernel  # type: ignore[assignment]
        self.pid = self.pgid = kernel.pid
        _KERNELS.append(kernel)
        return self.connection_info


_PROVISIONER = "semshift-fork"
KernelProvisionerFactory.instance().provisioners[_PROVISIONER] = EntryPoint(
    _PROVISIONER, f"{__name__}:ForkedKernel", KernelProvisionerFactory.GROUP_NAME
)


class ThisPython(AsyncKernelManager):
    """Starts kernels with the Python that runs this, whatever kernels are registered."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel's command."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        metadata = {"kernel_provisioner": {"provisioner_name": _PROVISIONER}}
        return KernelSpec(argv=argv, display_name="Python 3", language="python", metadata=metadata)


def run_notebook(path: Path, parameters: Mapping[str, object], folder: Path) -> dict[str, object]:
    """Run a notebook, and export it as a page whether or not it failed."""
    executed = folder / path.name
    start = time.perf_counter()
    error, traceback = "", ""
    try:
        _execute(path, executed, parameters)
    except PapermillExecutionError as failure:
        error = _plain(f"{failure.ename}: {failure.evalue}")
        traceback = _last_lines("\n".join(failure.traceback))
    except Exception as failure:  # noqa: BLE001 - whatever stops one notebook must leave the others
        error = _plain(f"{type(failure).__name__}: {failure}")
    seconds = time.perf_counter() - start
    if executed.exists():
        write_text(executed.with_suffix(".html"), export_html(executed))
    return {
        "status": "failed" if error else "done",
        "error": error,
        "traceback": traceback,
        "seconds": round(seconds, 2),
        "peak_memory_bytes": _peak_memory(),
    }


def _peak_memory() -> int:
    """Return the most that a kernel took, in bytes."""
    peaks = [resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
    for kernel in _KERNELS:
        kernel.wait(_SECONDS_TO_END)
        peaks.append(kernel.peak_memory or 0)
    return max(peaks) * _KIB


def _execute(path: Path, executed: Path, parameters: Mapping[str, object]) -> None:
    papermill.execute_notebook(
        path,
        executed,
        parameters=dict(parameters),
        kernel_name="python3",
        language="python",
        kernel_manager_class=ThisPython,
        progress_bar=False,
        cwd=executed.parent,
        # Every cell is done by then, or the run was stopped: nothing is left to wait for.
        shutdown_kernel="immediate",
    )


def _plain(text: str) -> str:
    return _ANSI.sub("", text)


def _last_lines(text: str) -> str:
    return "\n".join(_plain(text).splitlines()[-_TRACEBACK_LINES:])


def _end_with(life_line: Any) -> None:  # noqa: ANN401 - a binary stream
    """Wait until the other end closes, then interrupt this process as Ctrl-C would."""
    life_line.read()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_SECONDS_TO_END)
    os._exit(1)


def main() -> None:
    """Run the job that standard input names and leave its record beside its output.

    Raises
    ------
    SemshiftError
        If the record cannot be written.
    """
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
    folder = Path(job["folder"])
    record = run_notebook(Path(job["path"]), job["parameters"], folder)
    write_text(folder / RECORD, json.dumps(record))
    sys.stdout.flush()
    # The thread still reads standard input, which a normal exit would wait to close.
    os._exit(0)


if __name__ == "__main__":
    main()
