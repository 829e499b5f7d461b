#!/bin/bash
# `pip install` into a virtual environment, with this repository's pins, and safe to interrupt.
#
#   [ROS=jazzy] scripts/pip_install.sh VENV ARGUMENT...
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1
shift

# pip writes a package's INSTALLER after all its files. Where it was stopped before that, it would
# take the package for complete the next time: let it forget such a package instead.
for package in "$venv"/lib/python3*/site-packages/*.dist-info; do
    [ -e "$package/INSTALLER" ] || rm -rf "$package"
done

# Without build isolation, the few packages that come as source are built by the pinned setuptools.
exec "$venv/bin/python" -m pip install -qq --no-build-isolation \
    --constraint requirements/constraints.txt \
    --constraint "requirements/${ROS:-kilted}/constraints.txt" "$@"
