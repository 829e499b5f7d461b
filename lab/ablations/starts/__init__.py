# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where refinement begins: what each start is worth."""
