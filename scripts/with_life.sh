#!/bin/bash
# Runs a command that is silent for a while, and says every ten seconds that it is still at work.
#
#   scripts/with_life.sh COMMAND [ARGUMENT...]
set -euo pipefail

# The ticker is beside and the command in front, so that Ctrl-C reaches the command. `read` waits
# without a process of its own, which would keep the terminal after the end.
tick() {
    while ! read -rt 10 && kill -0 $$ 2>/dev/null; do echo "      $SECONDS s ..."; done <> <(:)
}
tick &
trap 'kill $! 2>/dev/null || true' EXIT
"$@"
