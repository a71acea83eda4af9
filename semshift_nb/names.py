"""Names that several floors give the same thing, which must be one name."""

import math


def temperature_name(tau: float, schedule: str = "constant") -> str:
    """Name a temperature of the attention, as legends, tables and messages do.

    Parameters
    ----------
    tau : float
        The temperature; NaN where there is not one number for all texts.
    schedule : str, default "constant"
        What names it then.

    Returns
    -------
    str

    Examples
    --------
    >>> temperature_name(0.9), temperature_name(float("nan"), "by length")
    ('tau 0.9', 'by length')
    """
    return schedule if math.isnan(tau) else f"tau {tau:g}"
