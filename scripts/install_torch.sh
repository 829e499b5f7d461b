#!/bin/bash
# Installs the CPU build of the torch that requirements/train.txt pins. It is asked for by its local
# version, since plain torch from PyPI brings several GB of CUDA libraries.
#
#   scripts/install_torch.sh VENV
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1
torch=$(grep '^torch==' requirements/train.txt)
index=https://download.pytorch.org/whl/cpu
install() { scripts/pip_install.sh "$venv" "$@"; }

# Without its dependencies: these come from the usual index, pinned, right after.
if install --no-deps "$torch+cpu" 2>/dev/null; then exit 0; fi
if install --no-deps "$torch+cpu" --index-url "$index"; then exit 0; fi
echo "No CPU build of $torch was found here or at $index."
echo 'Taking plain torch instead: with its CUDA libraries it is more than 5 GB on disk.'
install "$torch"
