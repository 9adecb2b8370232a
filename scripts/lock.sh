#!/usr/bin/env bash
# Exact versions and hashes for every package of pyproject.toml and its extras, without an index address.
# rfc3987-syntax is left out: nothing needs it, and it builds a grammar at every import of nbformat (1.5 s).
set -eu
override=$(mktemp)
trap 'rm -f "$override"' EXIT
echo 'rfc3987-syntax ; sys_platform == "never"' > "$override"
uv=$(command -v uv || echo .venv/bin/uv)
"$uv" pip compile pyproject.toml --all-extras --quiet --no-emit-index-url --generate-hashes --no-header --no-annotate --python-version 3.11 \
  --universal --override "$override" --output-file requirements.lock
