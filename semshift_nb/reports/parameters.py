"""What a notebook may be asked for: its parameters cell, read strictly and without running it.

A line of the cell is ``name = value`` or ``name: type = value``. The type is that of the value
unless it is written. A comment may begin with what is allowed and go on with what it means::

    n_sentences = 6  # 2..64  sentences in a window
    mode = "random"  # one of: repeat, sequential, random
    n_documents: int | None = None  # 1..100000  all of them when None
"""

import ast
import io
import tokenize
from collections.abc import Iterable

from semshift_nb.errors import InputError
from semshift_nb.reports.domain import Domain, Kind, read_domain

_SCALARS = {"int": int, "float": float, "str": str, "bool": bool}
_FORMS = (
    "int, float, str, bool, a list of one of them (list[int]), or one of them or None (int | None)"
)


class Parameter:
    """One line of a parameters cell."""

    def __init__(self, name: str, default: object, domain: Domain) -> None:
        self.name = name
        self.domain = domain
        self.default = domain.check(default, name)

    def read(self, text: str) -> object:
        """Read a value as it is typed on the command line."""
        return self.domain.check(self.domain.parse(text, self.name), self.name)


def read_parameters(source: str) -> list[Parameter]:
    """Read a parameters cell."""
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError) as error:
        raise InputError(f"the parameters cell is not plain Python: {error}") from None
    parameters = [_parameter(statement, source, comments) for statement in statements]
    _refuse_twice(parameter.name for parameter in parameters)
    return parameters


def _parameter(statement: ast.stmt, source: str, comments: dict[int, str]) -> Parameter:
    line = source.splitlines()[statement.lineno - 1].strip()
    try:
        name, annotation, value = _parts(statement)
        default = _literal(value)
        kind = _kind_of(default) if annotation is None else _kind_named(annotation)
        comment = comments.get(statement.end_lineno or statement.lineno, "")
        return Parameter(name, default, read_domain(kind, comment))
    except InputError as error:
        raise InputError(f"parameter line {line!r}: {error}") from None


def _parts(statement: ast.stmt) -> tuple[str, ast.expr | None, ast.expr]:
    """Split an assignment into name, type and value."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, None, value
        case ast.AnnAssign(
            target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value
        ):
            return name, annotation, value
    raise InputError("expected 'name = value' and nothing else; move other code to another cell")


def _literal(value: ast.expr) -> object:
    try:
        return ast.literal_eval(value)
    except ValueError:
        raise InputError(f"{ast.unparse(value)!r} must be written out as a value") from None


def _kind_of(value: object) -> Kind:
    """Take the type from a default, which is what most lines leave it to."""
    if isinstance(value, list | tuple):
        kinds = {type(item) for item in value}
        if len(kinds) == 1 and (scalar := kinds.pop()) in _SCALARS.values():
            return Kind(scalar, is_list=True)
    elif type(value) in _SCALARS.values():
        return Kind(type(value))
    raise InputError(f"cannot tell the type from {value!r}; write it: {_FORMS}")


def _kind_named(annotation: ast.expr) -> Kind:
    match annotation:
        case ast.Name(id=name) if name in _SCALARS:
            return Kind(_SCALARS[name])
        case ast.Subscript(value=ast.Name(id="list"), slice=ast.Name(id=name)) if name in _SCALARS:
            return Kind(_SCALARS[name], is_list=True)
        case ast.BinOp(left=ast.Name(id=name), op=ast.BitOr(), right=ast.Constant(value=None)) if (
            name in _SCALARS
        ):
            return Kind(_SCALARS[name], or_none=True)
    raise InputError(f"the type {ast.unparse(annotation)!r} is not one of: {_FORMS}")


def _comments(source: str) -> dict[int, str]:
    """Map line numbers to comments."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _refuse_twice(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"the parameter {name!r} is there twice; keep one line of it")
        seen.add(name)
