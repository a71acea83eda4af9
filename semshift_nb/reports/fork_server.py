"""One process that has imported everything, and of which notebooks and kernels are forks.

To import torch, transformers and sentence-transformers takes seconds of a processor, twice a
notebook: once for the process that runs it and once for its kernel. A fork has them at once. The
server runs no numerical code, starts no thread and opens no context of ZeroMQ, for none of these
would live on in a fork. Linux only: elsewhere a process that has loaded such libraries must not be
forked, and every notebook starts anew.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from semshift_nb.errors import SemshiftError

CONTROL = "SEMSHIFT_FORK_SERVER"
"""The variable that tells a fork at which file descriptor it can ask for others."""

_IMPORTED = (
    *("ipykernel.kernelapp", "papermill", "nbconvert", "IPython", "pandas", "scipy.stats"),
    *("torch", "transformers", "sentence_transformers", "sklearn.decomposition", "altair"),
    *("vl_convert", "ipywidgets", "semshift_nb.analyses", "semshift_nb.charts"),
    *("semshift_nb.encoders.backends.sentence_transformer", "semshift_nb.reports.execute"),
    *("semshift_nb.encoders.backends.static", "semshift_widgets"),
)
_LONGEST_ORDER = 1 << 16


class Forked:
    """A fork of the server, as far as one needs to know it like a process of one's own."""

    stdout = stderr = None

    def __init__(self, status: IO[bytes], stdin: IO[bytes]) -> None:
        self.stdin = stdin
        self.returncode: int | None = None
        self.peak_memory: int | None = None
        self._status = status
        line = status.readline()
        if not line:
            self._close()
            raise SemshiftError("the process that starts notebooks has ended.")
        self.pid = int(line)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self.returncode is None and select.select([self._status], [], [], 0)[0]:
            self._read_status()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self._read_status()
        return self.returncode or 0

    def _read_status(self) -> None:
        code, _, peak = self._status.readline().partition(b" ")
        # Without a line the server itself has ended, and with it nobody knows.
        self.returncode = int(code) if code else -signal.SIGKILL
        self.peak_memory = int(peak) if peak else None
        self._close()

    def _close(self) -> None:
        self._status.close()
        self.stdin.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """The server, as those see it that ask it for forks."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def fork(
        self,
        call: str,
        arguments: Sequence[str] = (),
        *,
        env: Mapping[str, str],
        cwd: Path | str | None = None,
        output: int,
        may_fork: bool = False,
    ) -> Forked:
        """Run ``module:function`` in a fork, its standard input a pipe from here."""
        order = {"call": call, "argv": list(arguments), "env": dict(env)}
        order["cwd"] = str(cwd or Path.cwd())
        stdin_end, stdin = os.pipe()
        status, status_end = os.pipe()
        passed = [stdin_end, output, status_end, *([self._control.fileno()] if may_fork else [])]
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], passed)
        except OSError as error:
            os.close(stdin)
            os.close(status)
            raise SemshiftError(f"the process that starts notebooks has ended ({error}).") from None
        finally:
            os.close(stdin_end)
            os.close(status_end)
        return Forked(os.fdopen(status, "rb", buffering=0), os.fdopen(stdin, "wb", buffering=0))


@contextmanager
def fork_server() -> Iterator[ForkServer | None]:
    """Start the server for as long as the block lasts; None where there can be none."""
    if sys.platform != "linux":
        yield None
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "semshift_nb.reports.fork_server"],
                stdin=theirs.fileno(),
                # Ctrl-C in the terminal is for the report, which then ends its notebooks in order.
                start_new_session=True,
            )
        try:
            yield ForkServer(ours)
        finally:
            process.terminate()
            process.wait()


def own_server() -> ForkServer | None:
    """Return the server that this process is a fork of and may ask, if it is one."""
    number = os.environ.get(CONTROL)
    return ForkServer(socket.socket(fileno=os.dup(int(number)))) if number else None


def _serve(control: socket.socket) -> None:
    """Fork whenever that is asked for, until nobody is left who could."""
    to_import = list(_IMPORTED)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, int] = {}
    while True:
        # Who asks now need not wait for all imports: what lacks, the fork imports by itself.
        ready = select.select([control.fileno(), woken], [], [], 0 if to_import else None)[0]
        if not ready:
            importlib.import_module(to_import.pop(0))
            gc.freeze()  # what is never collected is never copied for it
            continue
        if woken in ready:
            os.read(woken, 4096)
        _reap(running)
        if control.fileno() in ready:
            message, fds, _, _ = socket.recv_fds(control, _LONGEST_ORDER, 4)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                others = [control.fileno(), woken, wake, *running.values()]
                _become(json.loads(message), fds, others)
            for fd in (*fds[:2], *fds[3:]):
                os.close(fd)
            running[pid] = fds[2]
            _tell(fds[2], f"{pid}\n")


def _reap(running: dict[int, int]) -> None:
    """Tell how forks ended, and what memory they took at most, in KiB."""
    while running:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        end = running.pop(pid)
        _tell(end, f"{os.waitstatus_to_exitcode(status)} {used.ru_maxrss}\n")
        os.close(end)


def _tell(end: int, line: str) -> None:
    try:
        os.write(end, line.encode())
    except BrokenPipeError:  # nobody waits for it any more
        return


def _become(order: dict[str, Any], fds: list[int], others: list[int]) -> None:
    """Be what was asked for, and never come back."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stdin, output, status, *control = fds
        for fd in (*others, status):
            os.close(fd)
        for source, target in ((stdin, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.close(stdin)
        os.close(output)
        os.environ.clear()
        os.environ.update(order["env"])
        os.environ.pop(CONTROL, None)
        if control:
            os.environ[CONTROL] = str(control[0])
        os.chdir(order["cwd"])
        sys.argv = [order["call"], *order["argv"]]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        _resolve(order["call"])()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the end of this process, told as Python tells it
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            for stream in (sys.stdout, sys.stderr):
                if not stream.closed:
                    stream.flush()
        finally:
            os._exit(code)


def _resolve(call: str) -> Callable[[], object]:
    module, _, name = call.partition(":")
    function: Callable[[], object] = getattr(importlib.import_module(module), name)
    return function


if __name__ == "__main__":
    # One that is sent to a fork before it can take it waits until it can.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    _serve(socket.socket(fileno=os.dup(0)))
