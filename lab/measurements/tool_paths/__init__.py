# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Paths of a tool with a free angle: which can be led, and which are."""
