"""How wide words are and how they fit a box: Inter with figures of one width, as the PDF prints it.

The two files in static/fonts are Inter 3.19 as TrueType (no PDF takes the woff2 of the page): Latin, Greek, Cyrillic and
the signs that Keel prints, ✕ drawn as Inter's ✗. Other scripts come out as empty boxes.

Slides name a font of the reader's machine; its letters are narrower than those of Inter, so what fits here fits there.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
REGULAR, SEMIBOLD = "Inter", "Inter-SemiBold"
FILES = {REGULAR: "inter-regular.ttf", SEMIBOLD: "inter-semibold.ttf"}
LEADING = 1.36  # from one line to the next, in sizes
STEP = 0.25  # pt between one size that is tried and the next
CUT = "…"


@cache
def _registered() -> None:
    for name, file in FILES.items():
        pdfmetrics.registerFont(TTFont(name, FONTS / file))


def width(words: str, size: float, font: str = REGULAR) -> float:
    """How wide the words are, in points."""
    _registered()
    return float(pdfmetrics.stringWidth(words, font, size))


def fitted(words: str, size: float, room: float, font: str = REGULAR, *, least: float) -> tuple[str, float]:
    """The words and the size, from `size` down to `least`, at which they fit on one line; cut only if none does."""
    at_one = width(words, 1, font)
    if at_one * size <= room:
        return words, size
    smaller = max(least, int(room / at_one / STEP) * STEP)
    return (words, smaller) if at_one * smaller <= room else (cut(words, smaller, room, font), smaller)


def cut(words: str, size: float, room: float, font: str = REGULAR) -> str:
    """As much of the words as fits, with a sign that there is more."""
    if width(words, size, font) <= room:
        return words
    short = words
    while short and width(short.rstrip() + CUT, size, font) > room:
        short = short[:-1]
    return short.rstrip() + CUT


def wrapped(words: str, size: float, room: float, font: str = REGULAR) -> list[str]:
    """The words in lines no wider than the room; a word that is wider than a line is broken."""
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line = ""
        for word in _breakable(paragraph.split(" "), size, room, font):
            longer = f"{line} {word}" if line else word
            if line and width(longer, size, font) > room:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _breakable(words: list[str], size: float, room: float, font: str) -> Iterator[str]:
    for word in words:
        while width(word, size, font) > room and len(word) > 1:
            end = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or width(word[:end], size, font) <= room)
            yield word[:end]
            word = word[end:]
        yield word
