"""Several choices joined in one cell: "Price;Speed;", "Price, Speed". Which options there are is told by all cells together.

An option may hold the separator itself ("Speed, always"). It is known by pieces that never stand apart: a piece in
small letters that always follows the same one, or two pieces that in three cells or more are only ever seen together.
Two options that everybody chose together, and nobody alone, cannot be told from one that holds the separator.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

MOST_OPTIONS = 40
LONGEST_OPTION = 100  # characters
SEPARATORS = (";", "|", "\n", ", ", ",")  # of files whose tool is unknown, the surest first
TOGETHER = 3  # cells in which two pieces stand together, and never apart, to be one option


def separator(cells: Mapping[str, int]) -> str:
    """What joins the choices in the cells (distinct text -> how often); "" where they are no joined choices."""
    return next((one for one in SEPARATORS if any(one in cell for cell in cells) and options(cells, one)), "")


def options(cells: Mapping[str, int], separator: str, *, sure: bool = False) -> tuple[str, ...]:
    """The options that the cells (distinct text -> how often) choose from, in order of first use; () for anything else.

    `sure`: the tool is known to join choices so; only the number and length of the options are checked then.
    """
    if not any(separator in cell for cell in cells):
        return ()
    glued = _glue(cells, separator)
    chosen = {cell: _joined(cell, separator, glued) for cell in cells}
    seen: Counter[str] = Counter()
    for cell, several in chosen.items():
        for option in dict.fromkeys(several):
            seen[option] += cells[cell]
    if len(seen) > MOST_OPTIONS or any(len(option) > LONGEST_OPTION for option in seen):
        return ()
    closed = separator.strip() and all(cell.rstrip().endswith(separator.strip()) for cell in cells)
    if closed or sure:  # a tool that ends every choice with its separator leaves no doubt
        return tuple(seen)
    if not any(len(several) > 1 for several in chosen.values()):
        return ()
    rows = sum(cells.values())
    again = sum(n for n in seen.values() if n > 1) / sum(seen.values())
    if separator in (",", ", "):
        alone = any(len(_pieces(cell, separator)) == 1 for cell in cells)
        return (
            tuple(seen) if alone and again >= 0.8 and 2 * len(seen) <= sum(seen.values()) and len(seen) <= rows else ()
        )
    return tuple(seen) if again >= 0.5 or rows <= 3 else ()


def split(cell: str, separator: str, options: Sequence[str]) -> tuple[str, ...]:
    """The options chosen in one cell, each once; what is none of the options stands for itself ("Other": words typed in)."""
    pieces = _pieces(cell, separator)
    wanted = {tuple(_pieces(option, separator)): option for option in options}
    longest = max(map(len, wanted), default=1)
    found: list[str] = []
    place = 0
    while place < len(pieces):
        for length in range(min(longest, len(pieces) - place), 0, -1):
            option = wanted.get(tuple(pieces[place : place + length]))
            if option is not None:
                found.append(option)
                place += length
                break
        else:
            found.append(pieces[place])
            place += 1
    return tuple(dict.fromkeys(found))


def _pieces(cell: str, separator: str) -> list[str]:
    """The cell cut at every separator. A comma between digits, or before a space where none joins, is no cut."""
    if separator == ",":
        cut = re.split(r"(?<!\d),(?!\s)|,(?![\s\d])", cell)
    elif separator == ", ":
        cut = re.split(r",\s+", cell)
    else:
        cut = cell.split(separator)
    return [piece.strip() for piece in cut if piece.strip()]


def _glue(cells: Mapping[str, int], separator: str) -> set[tuple[str, str]]:
    """The pairs of pieces that make one option."""
    count: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    before: dict[str, set[str]] = {}
    for cell, n in cells.items():
        pieces = _pieces(cell, separator)
        for place, piece in enumerate(pieces):
            count[piece] += n
            before.setdefault(piece, set()).add(pieces[place - 1] if place else "")
        for pair in pairwise(pieces):
            pairs[pair] += n
    capitals = sum(n for piece, n in count.items() if not piece[0].islower())
    spelled = 2 * capitals > sum(count.values())  # most pieces open with a capital: a small letter goes on
    found = set()
    for (a, b), n in pairs.items():
        goes_on = spelled and b[0].islower() and before[b] == {a}
        inseparable = count[a] == count[b] == n and before[b] == {a} and (n >= TOGETHER or b[0].islower())
        if goes_on or inseparable:
            found.add((a, b))
    return found


def _joined(cell: str, separator: str, glued: set[tuple[str, str]]) -> list[str]:
    """The options in one cell, with glued pieces put together again as they stand in the cell."""
    pieces = _pieces(cell, separator)
    found: list[str] = []
    last = ""
    for piece in pieces:
        if found and (last, piece) in glued:
            found[-1] = f"{found[-1]}{separator if separator != ',' else ', '}{piece}"
        else:
            found.append(piece)
        last = piece
    return found
