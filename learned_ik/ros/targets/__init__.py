# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Targets that stream in, and what is commanded for them."""
