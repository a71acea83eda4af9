"""Runs notebooks, keeps what they found, and builds the page that shows it."""

from typing import TYPE_CHECKING

from semshift_nb.reports.results import Results

if TYPE_CHECKING:
    from semshift_nb.reports.run import run_report

__all__ = ["Results", "run_report"]


def __getattr__(name: str) -> object:
    # A notebook wants Results and should not wait for papermill to be imported.
    if name == "run_report":
        from semshift_nb.reports.run import run_report

        return run_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
