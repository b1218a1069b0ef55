#!/bin/sh
# Make the environment: bootstrap.sh PYTHON VENV [uv sync options]. Uses uv if it is there, else gets it through pip.
set -eu
python=$1 venv=$2
shift 2
unset PYTHONDONTWRITEBYTECODE VIRTUAL_ENV
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
    echo "Utblick needs Python 3.11, 3.12 or 3.13; '$python' is $("$python" --version 2>&1). Try: make PYTHON=python3.12 ..." >&2
    exit 1
}
if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    tools="$venv-uv"
    [ -x "$tools/bin/uv" ] || {
        "$python" -m venv "$tools"
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
    }
    uv="$tools/bin/uv"
fi
UV_PROJECT_ENVIRONMENT="$venv" "$uv" sync --quiet --locked --compile-bytecode --python "$python" "$@"
"$venv/bin/python" -m compileall -q monitor spiders nlp digests config
