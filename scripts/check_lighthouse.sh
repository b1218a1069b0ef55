#!/bin/sh
# What Lighthouse says of the search page over an archive of 100,000 made-up documents: accessibility and best
# practices ≥ 98, performance ≥ 95. Needs Chromium, Node ≥ 20 and npm; Lighthouse goes to build/page-checks.
#
#   scripts/check_lighthouse.sh [DOCUMENTS]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
checks="$root/build/page-checks"
mkdir -p "$checks"
# 12 is the last version for Node 20.
[ -d "$checks/node_modules/lighthouse" ] ||
  npm install --silent --no-fund --no-audit --prefix "$checks" lighthouse@12
cd "$root"
exec .venv/bin/python -m bench.lighthouse --documents "${1:-100000}" --lighthouse "$checks/node_modules/.bin/lighthouse"
