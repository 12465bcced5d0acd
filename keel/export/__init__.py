"""The weekly edition as a file to hand on: PDF, slides, a workbook, and one page that needs no server.

A document is the dict that the head of `keel.edition` describes, with two keys more: `published` ({"at", "by"} or
None) and `restated` (words on what has changed since an earlier edition). Nothing is worked out here: every number is
printed as the document prints it, in each of the four. The same document gives the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from keel.errors import QuestionError
from keel.export import contents
from keel.progress import Progress, unheard


@dataclass(frozen=True)
class Format:
    """One kind of file: its name to a reader, its media type, and the module that writes it."""

    name: str
    media_type: str
    module: str


OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "pdf": Format("PDF", "application/pdf", "pdf"),
    "pptx": Format("PowerPoint", f"{OFFICE}.presentationml.presentation", "slides"),
    "xlsx": Format("Excel", f"{OFFICE}.spreadsheetml.sheet", "workbook"),
    "html": Format("Web page", "text/html", "webpage"),
}


def render(document: Mapping[str, Any], kind: str, progress: Progress = unheard) -> bytes:
    """The file of that kind (a key of FORMATS); `progress` hears the share that is done and what comes next."""
    if kind not in FORMATS:
        raise QuestionError(f"Export: found {kind!r}; expected one of {', '.join(FORMATS)}. Choose one of these.")
    # only the format asked for is loaded: the libraries of all four take a second
    written: bytes = import_module(f"keel.export.{FORMATS[kind].module}").render(contents.printable(document), progress)
    progress(1.0, "done")
    return written
