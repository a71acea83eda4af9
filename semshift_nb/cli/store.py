"""``semshift store``."""

from typing import Annotated

import typer

from semshift_nb.cli.program import Command, Group, app, say
from semshift_nb.names import count
from semshift_nb.unicode import printable

store_app = typer.Typer(cls=Group, help="Show the vectors that are kept on disk, or delete some.")
app.add_typer(store_app, name="store")


@store_app.callback(invoke_without_command=True)
def _store(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_spaces()


@store_app.command("list", cls=Command)
def list_spaces() -> None:
    """List the spaces with their counts and sizes."""
    from semshift_nb.encoders import Store
    from semshift_nb.encoders.store.store import default_root

    root = default_root()
    store = Store(root)
    spaces = store.spaces()
    if spaces.empty:
        say(f"{root} holds no vectors yet.")
        return
    say(spaces.to_string(index=False, na_rep="none"))
    for space, damage in store.damage().items():
        for what in damage:
            say(f"damaged: {space}: {what}".replace("\n", " "))
    say(f"{int(spaces['n_bytes'].sum()) / 1e6:,.1f} MB in {root}")


@store_app.command("delete", cls=Command)
def delete_space(
    space: Annotated[str, typer.Argument(metavar="SPACE", help="Its id, as list shows it.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a space and all its vectors."""
    from semshift_nb.encoders import Store
    from semshift_nb.encoders.store.store import default_root

    store = Store(default_root())
    spaces = store.spaces()
    found = spaces[[found == space for found in spaces["space"]]]
    if not found.empty and not yes:
        n_vectors = int(found["n_vectors"].iloc[0])
        encoder = found["encoder"].fillna("an unknown encoder").iloc[0]
        asked = f"Delete {count(n_vectors, 'vector')} of {encoder}?"
        typer.confirm(printable(asked), abort=True)
    store.delete(space)
    say(f"deleted {space}")
