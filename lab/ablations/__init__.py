# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each choice is worth: one thing changed at a time, all else equal."""
