"""How far a piece of work is, told to whoever waits for it."""

from collections.abc import Callable

Progress = Callable[[float, str], object]  # hears the share that is done, from 0 to 1, and what comes next


def unheard(share: float, words: str) -> None:
    """Progress that nobody waits for."""
