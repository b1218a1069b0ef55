#!/bin/sh
# What tests need beside Python packages: Chromium and PostgreSQL's programs. Installs what is missing where it may;
# elsewhere those tests are skipped by name.
set -eu
missing=
command -v chromium >/dev/null 2>&1 || missing="chromium"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    # shellcheck disable=SC2086  # several names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "not on this machine, so tests that need it will be skipped: $missing" >&2
fi
