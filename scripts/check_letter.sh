#!/bin/sh
# Check letters as mail programs see them: Nu HTML checker (0 errors) and caniemail (nothing unsupported outside the
# declared enhancements). Needs Java, Node ≥ 20.19 and npm; the two packages go to build/letter-checks.
#
#   scripts/check_letter.sh [FILE.html …]     without FILE: the demo's letter and the golden one
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
checks="$root/build/letter-checks"
mkdir -p "$checks"
[ -d "$checks/node_modules/caniemail" ] && [ -d "$checks/node_modules/vnu-jar" ] ||
  npm install --silent --no-fund --no-audit --prefix "$checks" vnu-jar@26 caniemail@1

if [ $# -eq 0 ]; then
  "$root/.venv/bin/utblick" demo --dir "$checks/demo" >/dev/null
  set -- "$checks/demo/letter.html" "$root/tests/digests/golden/week-48.html"
fi

for letter in "$@"; do
  path=$(cd "$(dirname "$letter")" && pwd)/$(basename "$letter")
  echo "$path"
  java -jar "$checks/node_modules/vnu-jar/build/dist/vnu.jar" --errors-only "$path"
  echo "Nu HTML checker: no errors"
  (cd "$checks" && node "$root/scripts/check_letter.mjs" "$path")
done
