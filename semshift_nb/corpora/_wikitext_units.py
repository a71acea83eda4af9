"""{{convert}}: a number with its unit, without the conversion."""

# ruff: noqa: RUF001 - dashes, quotes and signs that look alike are what this file is about.

_JOINERS = {
    "-": "–", "–": "–", "to": " to ", "to(-)": " to ", "and": " and ", "or": " or ", "x": " × ",
    "by": " by ", "×": " × ", "and(-)": " and ", "+/-": " ± ",
}  # fmt: skip
_UNITS = {
    "sqmi": "sq mi", "sqft": "sq ft", "sqkm": "km²", "km2": "km²", "m2": "m²", "cm2": "cm²",
    "km3": "km³", "m3": "m³", "cm3": "cm³", "C": "°C", "F": "°F", "C-change": "°C",
    "F-change": "°F", "acre": "acres", "m/s2": "m/s²", "ozt": "troy oz",
    "impgal": "imp gal", "USgal": "US gal",
    "oilbbl": "bbl", "oilbbl/d": "bbl/d", "koilbbl/d": "thousand bbl/d", "Moilbbl": "million bbl",
    "Moilbbl/d": "million bbl/d", "Goilbbl": "billion bbl", "Tcuft": "trillion cu ft",
    "e6acre": "million acres", "e6carat": "million carats", "PD/sqmi": "per sq mi",
    "LT": "long tons", "MT": "metric tons", "MUSgal": "million US gal",
}  # fmt: skip


def measure(values: list[str], _source: str) -> str:
    """Write a quantity the way its article gives it.

    Parameters
    ----------
    values : list of str
        The template's positional values: numbers, words between them, the unit, other units.
    _source : str
        The template, which this one does not need.

    Returns
    -------
    str
        For example "1,300 mi" or "5 ft 11 in".

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> measure(["5", "to", "7", "km2", "sqmi"], "")
    '5 to 7 km²'
    """
    written = ""
    rest = list(values)
    while rest and (rest[0] in _JOINERS or _is_number(rest[0])):
        token = rest.pop(0)
        written += _JOINERS.get(token) or _grouped(token)
    if not rest:
        return written
    written += " " + _UNITS.get(rest[0], rest[0])
    # "5|ft|11|in": a number after the unit is the next smaller part of the same quantity.
    return f"{written} {measure(rest[1:], '')}" if _starts_number(rest[1:]) else written


def _is_number(token: str) -> bool:
    return token.replace(",", "").replace(".", "").lstrip("-−+").isdigit()


def _starts_number(tokens: list[str]) -> bool:
    # A lone number at the end is the precision of the conversion, no quantity.
    return len(tokens) > 1 and _is_number(tokens[0]) and not _is_number(tokens[1])


def _grouped(token: str) -> str:
    whole, point, decimals = token.partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole.isdigit() else token
