#!/usr/bin/env bash
# Static pictures need Chrome or Chromium. Takes the one that is there; installs Debian's where that is allowed.
set -eu
for name in ${BROWSER_PATH:-} chromium chromium-browser google-chrome chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "  set-up: Chromium for static pictures (once)" >&2
  if apt-get update -qq >/dev/null 2>&1 &&
     DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "  set-up: no Chrome or Chromium found; the report is built without static pictures" >&2
