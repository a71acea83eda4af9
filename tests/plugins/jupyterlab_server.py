"""The real JupyterLab, with settings, store and notebooks of its own."""

import functools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.blocking import BlockingKernelClient

_TIDY = (
    "import ipywidgets; ipywidgets.Widget.close_all(); get_ipython().run_line_magic('reset', '-f')"
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the folder that it shows."""

    url: str
    folder: Path
    runtime: Path

    @functools.cached_property
    def kernel(self) -> str:
        """A kernel for all notebooks that need none of their own: it imports torch only once."""
        return self._ask("kernels", {"name": "python3"})["id"]

    def attach(self, name: str) -> None:
        """Let a notebook find the shared kernel when it is opened."""
        session = {"path": name, "name": name, "type": "notebook", "kernel": {"id": self.kernel}}
        self._ask("sessions", session)

    def tidy(self) -> None:
        """Forget what a notebook left in the shared kernel, and end all other kernels."""
        shared = self.__dict__.get("kernel")
        for kernel in self._ask("kernels"):
            if kernel["id"] != shared:
                self._ask(f"kernels/{kernel['id']}", method="DELETE")
        if shared is not None:
            connection = self.runtime / f"kernel-{shared}.json"
            client = BlockingKernelClient(connection_file=str(connection))
            client.load_connection_file()
            client.start_channels()
            client.wait_for_ready(timeout=60)
            client.execute(_TIDY, reply=True, timeout=60)
            client.stop_channels()

    def _ask(self, path: str, body: object = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_lab(home: Path, folder: Path) -> Iterator[Lab]:
    port = free_port()
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
        "--ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True",
        str(folder),
    ]  # fmt: skip
    settings = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "SEMSHIFT_STORE": os.environ.get("SEMSHIFT_STORE", str(home / "store")),
        "HF_HUB_OFFLINE": "1",
    }
    log = (home / "lab.log").open("w")
    server = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, server, home / "lab.log")
        yield Lab(url, folder, home / "runtime")
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=2).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise AssertionError(f"JupyterLab did not start: {log.read_text()}")
