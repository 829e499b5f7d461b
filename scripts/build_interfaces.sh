#!/bin/bash
# Builds learned_ik_interfaces and installs it into a virtual environment that holds the ROS 2
# wheels, which is a ROS prefix: afterwards its Python imports the package without any sourcing.
#
#   scripts/build_interfaces.sh [VENV]
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$(cd "${1:-.venv}" && pwd)
build=$prefix/build/learned_ik_interfaces
log=$prefix/build/learned_ik_interfaces.log

# The wheels' CMake targets name the include folders of the machine on which they were built.
include=$("$prefix/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
numpy_include=$("$prefix/bin/python" -c 'import numpy; print(numpy.get_include())')
built_on=/opt/python/cp3
{ grep -rlZ "$built_on" "$prefix"/share/*/cmake || true; } | xargs -0 -r sed -i -E \
    -e "s#$built_on[^/]*/lib/python3\.[0-9]+/site-packages/numpy/_core/include#$numpy_include#g" \
    -e "s#$built_on[^/]*/include/python3\.[0-9]+#$include#g"

# What an earlier build installed goes first: a removed interface must not stay importable.
[ ! -e "$build/install_manifest.txt" ] || xargs -r -d '\n' rm -f <"$build/install_manifest.txt"
rm -rf "$build"
mkdir -p "$build"

export PATH=$prefix/bin:$PATH AMENT_PREFIX_PATH=$prefix
{
    cmake -S learned_ik_interfaces -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DPython3_EXECUTABLE="$prefix/bin/python" -DBUILD_TESTING=OFF &&
    cmake --build "$build" &&
    cmake --install "$build"
} >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "The whole log: $log" >&2; exit 1; }
