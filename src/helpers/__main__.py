"""``python -m helpers``; see :mod:`helpers.cli`."""

from helpers.cli import main
from helpers.pipeline.terminal import guard

__all__ = ["main"]

if __name__ == "__main__":
    guard()
    main(prog_name="python -m helpers")
