"""The figures and claims of all notebooks of a run, put together."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from semshift_nb.errors import SemshiftError
from semshift_nb.reports.folder import METRICS
from semshift_nb.reports.manifest import FAILED, INTERRUPTED, Manifest, Record
from semshift_nb.reports.results import (
    BELONGS,
    NOT_MEASURED,
    ROW_TYPES,
    Belongs,
    rows_frame,
)
from semshift_nb.reports.tables import write_table


def write_metrics(manifest: Manifest, folder: Path) -> None:
    """Write every figure of a run as ``metrics.parquet`` and ``metrics.csv``."""
    tables = [rows_frame([]), *(_rows(record, folder) for record in manifest.notebooks)]
    table = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    table.attrs.clear()  # of one notebook's rows, where there is but one
    table.insert(0, "run_id", pd.Series([manifest.run_id] * len(table), dtype="string"))
    for name in METRICS:
        write_table(table, folder / name)


def read_figures(record: Record, folder: Path) -> pd.DataFrame:
    """Read the figures that a notebook left."""
    for name in record.files:
        if name.endswith(".metrics.parquet"):
            try:
                return pd.read_parquet(folder / name)[list(ROW_TYPES)].astype(ROW_TYPES)
            except (OSError, ValueError, KeyError) as error:
                raise SemshiftError(
                    f"{folder / name} cannot be read ({error}); remove it and resume the run"
                ) from error
    return rows_frame([])


def read_claims(record: Record, folder: Path) -> list[dict[str, Any]]:
    """Read the claims that a notebook left."""
    for name in record.files:
        if name.endswith(".claims.json"):
            try:
                claims: list[dict[str, Any]] = json.loads((folder / name).read_text())
            except (OSError, ValueError) as error:
                raise SemshiftError(
                    f"{folder / name} cannot be read ({error}); remove it and resume the run"
                ) from error
            return claims
    return []


def _rows(record: Record, folder: Path) -> pd.DataFrame:
    figures = read_figures(record, folder)
    if record.status not in (FAILED, INTERRUPTED):
        return figures
    # A figure that a stopped notebook never came to is not silently absent from the table.
    row = dict.fromkeys(ROW_TYPES) | {
        "notebook": record.notebook,
        BELONGS: Belongs("notebook", {}),
        "metric": "completed",
        "status": NOT_MEASURED,
        "reason": f"{record.status}: {record.error}",
    }
    return (
        pd.concat([figures, rows_frame([row])], ignore_index=True)
        if len(figures)
        else rows_frame([row])
    )
