"""The program on a real terminal: a pseudo-terminal of 80 columns."""

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

CALL = "import sys; sys.argv[0] = 'semshift'; from semshift_nb.cli import main; main()"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def at_80_columns(*arguments: str, cwd: Path) -> str:
    """Run the program there, and give what it wrote, without the colours."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        os.environ.pop("COLUMNS", None)
        os.execv(sys.executable, [sys.executable, "-c", CALL, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    written = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # what Linux gives for the end
            part = b""
        if not part:
            break
        written += part
    os.waitpid(child, 0)
    os.close(terminal)
    return _COLOURS.sub("", written.decode()).replace("\r\n", "\n")
