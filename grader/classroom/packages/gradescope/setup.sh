#!/usr/bin/env bash
# Gradescope runs this once, as root, on Ubuntu, when it builds the image.
set -euo pipefail
source="${AUTOGRADER:-/autograder}/source"
apt-get update -qq
apt-get install -y -qq --no-install-recommends python3 python3-venv bubblewrap
python3 -m venv /opt/every-layer-counts # where another user can read it, unlike the source
pip="/opt/every-layer-counts/bin/pip install --no-cache-dir"
$pip --no-deps "$(grep ^torch== "$source/constraints.txt")" --extra-index-url https://download.pytorch.org/whl/cpu
$pip -c "$source/constraints.txt" "$source"/*.whl
