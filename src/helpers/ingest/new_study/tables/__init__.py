"""A study proposed from several tables: which of them says who was assigned, what units did, and what they are like."""

from helpers.ingest.new_study.tables.writing import propose

__all__ = ["propose"]
