#!/bin/sh
# Hold every page of the example archive to the Nu HTML checker: 0 errors. Needs java, npm and curl.
# Not part of the tests: the checker comes from npm, into build/page-checks.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
checks="$root/build/page-checks"
[ -d "$checks/node_modules/vnu-jar" ] ||
  npm install --silent --no-fund --no-audit --prefix "$checks" vnu-jar@26
work=$(mktemp -d)
port="${PORT:-8765}"
export UTBLICK_DATA_DIR="$work/data" UTBLICK_CONFIG="$root/monitor/example/config" UTBLICK_NOW=2026-11-23T07:00Z
"$root/.venv/bin/utblick" demo --dir "$work/data" > /dev/null
"$root/.venv/bin/python" -c "
import threading
from config.settings import load_settings
from monitor.web import serve
serve(load_settings(), host='127.0.0.1', port=$port, stop=threading.Event())" &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
curl --silent --fail --retry 30 --retry-connrefused --retry-delay 1 --output /dev/null "http://127.0.0.1:$port/"
number=0
for path in / /sok '/sok?q=avlopp' '/sok?q=xyzzyqwert' '/sok?q=avlopp&level=act&level=brief&status=open' /arende/11 \
  /dokument/32 /signaler /kalender /brev /nycklar /bevakningar /kallor /statistik /andringar /personer /handlingar \
  /om/sok /om/tillganglighet /om/api /nope; do
  number=$((number + 1))
  curl --silent "http://127.0.0.1:$port$path" > "$work/$number.html"
done
java -jar "$checks/node_modules/vnu-jar/build/dist/vnu.jar" --errors-only "$work"/*.html
echo "$number pages: no error"
