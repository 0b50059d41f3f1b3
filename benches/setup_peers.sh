#!/bin/sh
# The environment of the classical peers, apart from the project's own: benches/setup_peers.sh [DIR]
# DIR defaults to .peers in the checkout, which git ignores. G'MIC comes from Debian (needs root);
# without it the two G'MIC rows stay empty. Versions are pinned: a bar that moves is no bar.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
dir=${1:-$root/.peers}
python=${PYTHON:-python3}

mkdir -p "$dir"
"$python" -m venv "$dir"
[ -e "$dir/.gitignore" ] || echo '*' >"$dir/.gitignore"
"$dir/bin/pip" install --quiet \
    opencv-contrib-python-headless==5.0.0.93 scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6 \
    pillow==13.0.0 pypatchmatch==2.2.0 patchmatch-cython==0.2.1 resynthesizer==1.2

if ! command -v gmic >/dev/null; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -q && apt-get install -y --no-install-recommends gmic
    else
        echo "gmic is not installed: as root, apt-get install --no-install-recommends gmic" >&2
    fi
fi

"$dir/bin/python" - <<'PY'
from importlib.metadata import version
for name in ("opencv-contrib-python-headless", "scikit-image", "scipy", "numpy", "pillow",
             "pypatchmatch", "patchmatch-cython", "resynthesizer"):
    print(f"{name:32} {version(name)}")
PY
command -v gmic >/dev/null && gmic version 2>&1 | sed -n '/Version/p' || true
echo "peers ready: $dir/bin/python"
