#!/bin/bash
# For a container with an installed ROS 2: what compiles the kernels ahead of time, which rosdep
# does not bring or brings in an old version, into the container's own Python.
set -euo pipefail
cd "$(dirname "$0")/.."

# ROS is compiled for the numpy of its distribution: that one may get newer, but no next major one.
below=$(python3 -c 'import numpy; print(int(numpy.__version__.split(".")[0]) + 1)')
export PIP_BREAK_SYSTEM_PACKAGES=1  # Ubuntu 24.04 and later want it said
python3 -m pip install "numpy<$below" -r requirements/build.txt
