#!/usr/bin/env bash
# The locked packages and this one, editable, into the environment of the Python given. uv does it in seconds; where it
# does not work (an index that only pip is told of), pip does the same in a minute or two. Both trust the machine's certificates.
set -eu
python=$1
pip() { "$python" -m pip --quiet --quiet --disable-pip-version-check "$@"; }
if pip install --no-deps "$(grep '^uv==' requirements.lock)" &&
   "$python" -m uv pip install --system-certs --quiet --python "$python" --no-deps --compile-bytecode -r requirements.lock 2>/dev/null; then
  :
else
  pip install --no-deps -r requirements.lock
fi
pip install --no-deps --no-build-isolation -e .
