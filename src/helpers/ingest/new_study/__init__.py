"""A study proposed from a file: what stands in it, what that means, and a commented study file to edit."""

from helpers.ingest.new_study.asking import Ask, Question
from helpers.ingest.new_study.said import Said
from helpers.ingest.new_study.tables import propose as propose_tables
from helpers.ingest.new_study.writing import Written, propose

__all__ = ["Ask", "Question", "Said", "Written", "propose", "propose_tables"]
