"""The narrative as a document to hand on: a PDF that screen readers can read."""

from casetrace.document.pdf import Document, document

__all__ = ["Document", "document"]
