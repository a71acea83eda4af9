"""What is done only after a word of permission, and how to give it."""

from collections.abc import Collection

from semshift_nb.errors import InputError, by_door, option
from semshift_nb.validation import shown

DOWNLOAD = "download"
PERMISSIONS = (DOWNLOAD, "pickle", "remote-code")


def check_permissions(
    allow: Collection[str], known: Collection[str] = PERMISSIONS
) -> frozenset[str]:
    """Return what was permitted, or refuse a word that permits nothing here."""
    listed: object = [allow] if isinstance(allow, str) else allow
    words = listed if isinstance(listed, Collection) else [listed]
    for word in words:
        if word not in known:
            raise InputError(
                f"{option('allow')} takes {_listed(known)} here, but got {shown(word)}."
            )
    return frozenset(words)


def how_to_permit(word: str, function: str) -> str:
    """Say how something is permitted: by what loads it, or at the command line."""
    return by_door(f'write {function}(..., allow=("{word}",))', f"add --allow {word}")


def _listed(known: Collection[str]) -> str:
    *rest, last = [by_door(repr(word), word) for word in known]
    return f"{', '.join(rest)} or {last}" if rest else last
