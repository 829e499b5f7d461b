# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`python -m learned_ik COMMAND`, the same as `learned_ik COMMAND`; see `cli.py`."""

import sys

from learned_ik.cli import main

if __name__ == '__main__':
    sys.exit(main())
