"""The narrative as a document to hand on: a PDF that screen readers can read, and Word."""

from casetrace.document.docx import docx
from casetrace.document.pdf import Document, document

__all__ = ["Document", "document", "docx"]
