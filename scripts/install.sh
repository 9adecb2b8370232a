#!/usr/bin/env bash
# The locked packages and this one, editable, into the environment of the Python given; a file whose hash is not in the
# lock is refused. uv does it in seconds; where it does not work (an index that only pip is told of), pip does the same
# in a minute or two. Both trust the machine's certificates.
set -eu
python=$1
pip() { "$python" -m pip --quiet --quiet --disable-pip-version-check "$@"; }
locked() { pip install --no-deps --require-hashes -r "$1"; }
uv=$(mktemp)
trap 'rm -f "$uv"' EXIT
sed -n '/^uv==/,/[^\\]$/p' requirements.lock > "$uv"
if locked "$uv" &&
   "$python" -m uv pip install --system-certs --quiet --python "$python" --no-deps --require-hashes --compile-bytecode \
     -r requirements.lock 2>/dev/null; then
  :
else
  locked requirements.lock
fi
pip install --no-deps --no-build-isolation -e .
