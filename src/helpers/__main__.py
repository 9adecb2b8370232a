"""``python -m helpers``, and ``helpers`` where it is installed; see :mod:`helpers.cli`."""

from helpers.cli import main
from helpers.pipeline.terminal import guard

__all__ = ["main", "script"]


def script(called: str = "helpers") -> None:
    """The command line under the name that it was ``called`` by; ends the process."""
    guard()
    main(prog_name=called)


if __name__ == "__main__":
    script("python -m helpers")
