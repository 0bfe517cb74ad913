"""The report as one page: every number leads to its source, each reading can be switched."""

from casetrace.page.build import Page, report_page

__all__ = ["Page", "report_page"]
