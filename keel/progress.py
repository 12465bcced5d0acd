"""How far a piece of work is, told to whoever waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Progress = Callable[[float, str], object]  # hears the share that is done, from 0 to 1, and what comes next

_CLEARED = "\r\x1b[K"  # back to the beginning of the line, and nothing on it


def unheard(share: float, words: str) -> None:
    """Progress that nobody waits for."""


@contextmanager
def on_terminal(stream: TextIO) -> Iterator[Progress]:
    """Progress on one line of a terminal, gone when the work is done; unheard where the stream leads to a file or a program."""
    if not stream.isatty():
        yield unheard
        return

    def tell(share: float, words: str) -> None:
        print(f"{_CLEARED}{share:4.0%}  {words}", end="", file=stream, flush=True)

    try:
        yield tell
    finally:
        print(_CLEARED, end="", file=stream, flush=True)
