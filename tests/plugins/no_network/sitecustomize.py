"""A Python that starts with this on its path is refused what leaves the machine.

Python tells an audit hook of each connection and each name to be looked up, before it is made. Each
is written down, so that a library that catches the refusal and goes on is noticed all the same.
"""

import os
import sys
from pathlib import Path

HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}
WATCHED = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}


def refuse(event, arguments):
    if event not in WATCHED:
        return
    address = arguments[1] if event in {"socket.connect", "socket.sendto"} else arguments[0]
    host = address[0] if isinstance(address, tuple) else address
    local_socket = event == "socket.connect" and not isinstance(address, tuple)
    if local_socket or host is None or host in HERE:
        return
    with Path(os.environ["SEMSHIFT_TEST_ATTEMPTS"]).open("a") as log:
        log.write(f"{event} {address!r} by {sys.argv[:1]}\n")
    raise OSError(f"the test lets nothing leave this machine: {address!r}")


sys.addaudithook(refuse)
