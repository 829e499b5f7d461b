#!/bin/bash
# Says what this machine lacks for the set-up, and the apt line that brings it.
#
#   scripts/check_machine.sh [PYTHON]             for people: exit status 1 when something is missing
#   scripts/check_machine.sh --packages [PYTHON]  for scripts: only the names of the apt packages
#
# cmake and ninja are not looked for: they come as wheels.
set -euo pipefail

only_packages=
if [ "${1:-}" = --packages ]; then only_packages=1; shift; fi
python=${1:-python3}

faults=()    # what is wrong, in words
packages=()  # apt packages that would mend it
lacks() { faults+=("$1"); shift; packages+=("$@"); }

[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] ||
    lacks "this is $(uname -s) on $(uname -m), and the ROS 2 wheels are built for Linux on x86_64"
command -v make >/dev/null || lacks 'make is missing' make
command -v "${CXX:-c++}" >/dev/null && command -v "${CC:-cc}" >/dev/null ||
    lacks 'a C and C++ compiler is missing' g++

if ! command -v "$python" >/dev/null; then
    lacks "$python is missing" "$python" "$python-venv" "$python-dev"
else
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # The distribution's own Python has its parts in python3-*, any other in python3.X-*.
    apt=python$version
    [ "$(readlink -f /usr/bin/python3)" != "$(readlink -f "$(command -v "$python")")" ] || apt=python3
    case $version in
        3.10 | 3.11 | 3.12 | 3.13) ;;
        *) lacks "$python is Python $version, and 3.10 to 3.13 are supported (make PYTHON=python3.12 …)" ;;
    esac
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        lacks "$python cannot make virtual environments" "$apt-venv"
    [ -e "$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] ||
        lacks "the headers of $python (Python.h) are missing" "$apt-dev"
    "$python" - <<'PYTHON' || lacks 'the C library is not glibc 2.28 or newer, which the wheels need'
import platform, sys
name, version = platform.libc_ver()
sys.exit(name != 'glibc' or tuple(map(int, version.split('.'))) < (2, 28))
PYTHON
fi

if [ "$only_packages" ]; then
    echo "${packages[*]}"
    exit
fi
[ ${#faults[@]} -gt 0 ] || exit 0
printf 'This machine is not ready for learned_ik:\n' >&2
printf '  - %s\n' "${faults[@]}" >&2
[ ${#packages[@]} -eq 0 ] || printf 'On Debian and Ubuntu: sudo apt-get install %s\n' "${packages[*]}" >&2
exit 1
