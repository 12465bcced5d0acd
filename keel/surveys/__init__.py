"""Survey files, one module per vendor: recognises(sheet) -> how sure, read(table) -> responses and answers."""

from keel.surveys.generic import is_question, read

__all__ = ["is_question", "read"]
