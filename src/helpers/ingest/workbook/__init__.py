"""Workbooks of a spreadsheet: one sheet, read as the CSV that the spreadsheet would save."""

from helpers.ingest.workbook.read import keys_of, read

__all__ = ["keys_of", "read"]
