"""``python -m helpers``; see :mod:`helpers.cli`."""

from helpers.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main(prog_name="python -m helpers")
