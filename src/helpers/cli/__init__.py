"""The command line: ``python -m helpers``, for those without make and for make itself."""

from helpers.cli import compare, live, own, plans, steps
from helpers.cli.group import SECTIONS, YOURS, dev, main
from helpers.errors import EXIT_CODES

__all__ = ["EXIT_CODES", "SECTIONS", "YOURS", "compare", "dev", "live", "main", "own", "plans", "steps"]
