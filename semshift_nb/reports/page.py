"""The page of a run: what was asked, what was found, what failed, and where it all lies."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from semshift_nb.names import count
from semshift_nb.reports.figures import figure_tables
from semshift_nb.reports.folder import METRICS, PAGE
from semshift_nb.reports.manifest import MANIFEST, Manifest, Record
from semshift_nb.reports.metrics import read_claims, read_figures
from semshift_nb.reports.results import VERDICT_WORDS
from semshift_nb.reports.tables import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUS_WORDS = {"done": "complete", "failed": "with failures", "running": "not finished"}
_MINUTE, _HOUR = 60, 3600
_HOW_MANY = {"corpus": "n_documents", "searched_corpus": "n_searched"}
"""Which parameter says how many documents of a corpus are read; left out, all are."""


def write_page(manifest: Manifest, folder: Path) -> None:
    """Write a run's ``index.html``."""
    notebooks = [_notebook(record, folder) for record in manifest.notebooks]
    verdicts = [claim["verdict"] for notebook in notebooks for claim in notebook["claims"]]
    page = _template().render(
        manifest=manifest,
        status=_STATUS_WORDS.get(manifest.status, manifest.status),
        facts=_facts(manifest),
        tally=[(verdict, verdicts.count(verdict)) for verdict in VERDICT_WORDS.values()],
        notebooks=notebooks,
        downloads=[*METRICS, MANIFEST],
    )
    write_text(folder / PAGE, page)


def duration(seconds: float) -> str:
    """Write a duration as one says it."""
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{seconds:.1f} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def size(n_bytes: float) -> str:
    """Write a size in bytes as one says it."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("semshift_nb.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(duration=duration, size=size)
    return environment.get_template("report.html")


def _facts(manifest: Manifest) -> list[tuple[str, str, str]]:
    """List what the run is about: a name, a value, and a smaller remark."""
    facts = [
        ("corpus", str(found["name"]), _read_of(source, found["n_documents"], manifest.notebooks))
        for source, found in manifest.subject.get("corpus", {}).items()
    ]
    facts += [
        ("model", str(found["name"]), str(found["revision"]))
        for found in manifest.subject.get("model", {}).values()
    ]
    facts.append(("started", *_day_and_time(manifest.started)))
    peak = manifest.peak_memory_bytes
    memory = "" if peak is None else f"at most {size(peak)} of memory"
    facts.append(("took", duration(manifest.seconds), memory))
    return facts


def _read_of(source: str, n_documents: int, records: list[Record]) -> str:
    """Say how many of a corpus's documents the notebooks read, which is seldom all of them."""
    asked = [
        record.parameters.get(_HOW_MANY.get(name, ""))
        for record in records
        for name, value in record.parameters.items()
        if value == source and name.endswith("corpus")
    ]
    read = [min(n, n_documents) if isinstance(n, int) else n_documents for n in asked]
    least, most = min(read, default=n_documents), max(read, default=n_documents)
    if least == n_documents:
        return f"{count(n_documents, 'document')} read"
    span = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    return f"{span} of {count(n_documents, 'document')} read"


def _day_and_time(stamp: str) -> tuple[str, str]:
    moment = datetime.fromisoformat(stamp)
    return f"{moment.day} {moment:%B %Y}", f"{moment:%H:%M} UTC"


def _notebook(record: Record, folder: Path) -> dict[str, Any]:
    files: Mapping[str, str] = {"".join(Path(name).suffixes): name for name in record.files}
    claims = read_claims(record, folder)
    verdicts = [claim["verdict"] for claim in claims]
    return {
        "record": record,
        "claims": claims,
        "tally": [(verdict, verdicts.count(verdict)) for verdict in VERDICT_WORDS.values()],
        "tables": figure_tables(read_figures(record, folder)),
        "page": files.get(".html"),
        "executed": files.get(".ipynb"),
    }
