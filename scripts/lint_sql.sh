#!/usr/bin/env bash
# sqlfluff over the dbt models. It takes seconds, so a digest of all it looks at remembers that it had nothing to say.
set -eu
cd "$(dirname "$0")/.."
remembered=.sqlfluff_cache
digest=$(find warehouse scripts/dbt_context pyproject.toml requirements.lock -type f \
  \( -name '*.sql' -o -name '*.py' -o -name '*.toml' -o -name '*.lock' \) -not -path 'warehouse/target/*' -print0 |
  LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
[ -f "$remembered" ] && [ "$(cat "$remembered")" = "$digest" ] && exit 0
sqlfluff lint --disable-progress-bar warehouse/models
echo "$digest" > "$remembered"
