"""What a report is about: its corpora and models, loaded once before anything runs.

That happens in a process of its own, so that the report's own stays small while the notebooks need
the memory.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from semshift_nb.corpora import load_corpus, load_retrieval
from semshift_nb.corpora.bundled import BUNDLED
from semshift_nb.corpora.retrieval.load import MTEB
from semshift_nb.encoders import load_encoder
from semshift_nb.errors import InputError, SemshiftError, at_the_command_line, by_door
from semshift_nb.files import check_path
from semshift_nb.permissions import DOWNLOAD, check_permissions
from semshift_nb.reports.fork_server import ForkServer

_NAMES = {"corpus": set(BUNDLED), "model": {"minilm", "static"}, "set": set[str]()}


def absolute(name: str, value: str) -> str:
    """Make the path of a corpus or a model hold from every working directory."""
    names = _NAMES.get(_kind(name))
    if names is None or not value or value in names:
        return value
    path = check_path(value)
    return str(path.resolve()) if path.exists() else value


def identify(
    parameters: Iterable[Mapping[str, object]],
    allow: Collection[str] = (),
    *,
    server: ForkServer | None = None,
) -> dict[str, dict[str, Any]]:
    """Load every corpus and model that notebooks are asked to take, and say which they are.

    A language is that of all their corpora. Here alone is anything fetched, if ``allow`` says so:
    the notebooks find it on this machine.
    """
    wanted: dict[str, list[str]] = {"corpus": [], "model": [], "set": [], "language": []}
    for values in parameters:
        for name, value in values.items():
            found = wanted.get(_kind(name))
            if found is not None and isinstance(value, str) and value not in found:
                found.append(value)
    wanted["language"] = [code for code in wanted["language"] if code]
    wanted["set"] = [name for name in wanted["set"] if name.startswith(MTEB)]
    wanted["allow"] = list(check_permissions(allow, (DOWNLOAD,)))
    return _in_a_process(wanted, server) if any(wanted.values()) else {"corpus": {}, "model": {}}


def _kind(name: str) -> str:
    """Return the last word of a parameter's name, which says what it names."""
    return name.rpartition("_")[2]


def _in_a_process(
    wanted: dict[str, list[str]], server: ForkServer | None
) -> dict[str, dict[str, Any]]:
    asked = json.dumps({**wanted, "typed": by_door("", "typed")})
    written = _asked_of_a_fork(asked, server) if server else _asked_of_a_new_one(asked)
    try:
        # Libraries may have written lines of their own before.
        found: dict[str, dict[str, Any]] = json.loads(written.splitlines()[-1])
    except (IndexError, ValueError):
        raise SemshiftError(f"could not load {wanted}:\n{written.strip()}") from None
    if "refused" in found:
        raise InputError(str(found["refused"]))
    if "failed" in found:
        raise SemshiftError(str(found["failed"]))
    return found


def _asked_of_a_fork(asked: str, server: ForkServer) -> str:
    with tempfile.TemporaryFile() as output:
        process = server.fork(
            "semshift_nb.reports.inputs:main", env=os.environ, output=output.fileno()
        )
        with process.stdin:
            process.stdin.write(asked.encode())
        process.wait()
        output.seek(0)
        return output.read().decode(errors="replace")


def _asked_of_a_new_one(asked: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "semshift_nb.reports.inputs"],
        input=asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def _describe(wanted: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
    allow = wanted["allow"]
    language = next(iter(wanted["language"]), "")
    for name in wanted["set"]:
        load_retrieval(name, allow=allow)
    return {
        "corpus": {source: _corpus(source, language, allow) for source in wanted["corpus"]},
        "model": {name: _model(name, allow) for name in wanted["model"]},
    }


def _corpus(source: str, language: str, allow: list[str]) -> dict[str, object]:
    corpus = load_corpus(source, language=language, allow=allow)
    return {
        "name": corpus.name,
        "n_documents": len(corpus),
        "fingerprint": corpus.fingerprint,
    }


def _model(name: str, allow: list[str]) -> dict[str, object]:
    encoder = load_encoder(name, store=None, allow=allow)
    return {
        "name": encoder.name,
        "revision": encoder.revision,
        "fingerprint": encoder.fingerprint,
        "pooling": encoder.pooling,
        "pooling_guessed": encoder.pooling_guessed,
        "prompts": encoder.prompts,
        "similarity": encoder.similarity,
    }


def main() -> None:
    """Describe what standard input asks for, as the last line of standard output.

    Raises
    ------
    Exception
        Whatever loading raises that is not an error of this package's own.
    """
    answer: dict[str, Any]
    try:
        wanted = json.load(sys.stdin)
        with at_the_command_line() if wanted["typed"] else nullcontext():
            answer = _describe(wanted)
    except InputError as error:
        answer = {"refused": str(error)}
    except SemshiftError as error:
        answer = {"failed": str(error)}
    sys.stdout.write("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
