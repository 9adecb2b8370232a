"""Is ``studies/study.schema.json`` the schema of the study files? Exit code 1 and the way to mend it where it is not."""

import sys
from pathlib import Path

from helpers.config import json_schema

FILE = Path(__file__).resolve().parents[1] / "studies" / "study.schema.json"

if __name__ == "__main__":
    if not FILE.is_file() or FILE.read_text(encoding="utf-8") != json_schema():
        sys.exit(f"studies/{FILE.name} is not the schema of the study files; run: make schema")
