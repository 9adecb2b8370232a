"""What became of the generated files, below the dots: how many were read, and how many refused for what."""

from collections import Counter

import pytest

ENDS = "ends of files"
"""The property under which a test tells how its files ended."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ends: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, told in getattr(report, "user_properties", []):
            if name == ENDS:
                ends += Counter(told)
    if ends:
        told = ", ".join(f"{n:,} {end}" for end, n in ends.most_common())
        terminalreporter.write_line(f"{ends.total():,} generated files: {told}")
