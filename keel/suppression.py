"""Small groups never leave. Pure.

Until waves close and groups are drawn as a partition, what is on people is answered for the company as a whole
and for nobody below it: no split and no filter means no difference of two groups that could single someone out.
A period in which fewer people stand behind the number than the floor is hidden, and says so.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from keel.errors import PrivacyError

HIDDEN = "too few people to show this without revealing someone"
_NUMBERS = ["value", "num", "den", "n", "low", "high", "prior"]


def guard(label: str, by: Sequence[str], only: Mapping[str, str]) -> None:
    """Raise PrivacyError when what is on people is asked for less than the company as a whole."""
    if by or only:
        asked = ", ".join([*by, *only])
        raise PrivacyError(
            f"{label} by {asked}: it is on people and is shown for the company as a whole only. "
            "Ask for it without a split or a filter."
        )


def hide(frame: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The frame of a series with every number gone where 1 to `minimum` - 1 people stand behind it (0: nothing is hidden).

    In and out: the columns of a series (see keel.measure.Series); n holds the people.
    """
    small = frame["n"].between(1, minimum - 1)
    shown = frame.assign(hidden=small)
    shown.loc[small, [name for name in _NUMBERS if name in shown]] = float("nan")
    shown.loc[small, "note"] = HIDDEN
    return shown
