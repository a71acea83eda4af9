"""What is put before a text in each role, as sentence-transformers defines it."""

from collections.abc import Mapping

from semshift_nb.errors import InputError

# encode_query and encode_document of sentence-transformers look the prompts up in this order.
ROLES: dict[str, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}


def check_role(role: str) -> str:
    """Return the role, or say which there are.

    Parameters
    ----------
    role : str
        ``"query"`` or ``"document"``.

    Returns
    -------
    str
        The same role.

    Raises
    ------
    InputError
        If it is neither.

    Examples
    --------
    >>> check_role("query")
    'query'
    """
    if role not in ROLES:
        raise InputError(f'role {role!r} is not known: expected "query" or "document".')
    return role


def prompt_for(role: str, prompts: Mapping[str, str | None], default: str | None) -> str:
    """Look up the prompt of a role.

    Parameters
    ----------
    role : str
        ``"query"`` or ``"document"``.
    prompts : mapping of str to str or None
        The model's prompts by name.
    default : str or None
        Name of the prompt that the model wants where a role has none.

    Returns
    -------
    str
        The prompt, empty where there is none.

    Raises
    ------
    InputError
        If the role is neither.

    Examples
    --------
    >>> prompt_for("query", {"query": "query: "}, None)
    'query: '
    """
    for name in ROLES[check_role(role)]:
        if name in prompts:
            return prompts[name] or ""
    return (prompts.get(default) or "") if default is not None else ""
