"""The command line: ``python -m helpers``, for those without make and for make itself."""

from helpers.cli import own, steps
from helpers.cli.group import EXIT_CODES, SECTIONS, main

__all__ = ["EXIT_CODES", "SECTIONS", "main", "own", "steps"]
