# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each command of the command line takes and does. How they are called: `cli.py`."""
