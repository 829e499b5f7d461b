# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How the node and its robot stand, in few and harmless words: for diagnostics and the log."""
