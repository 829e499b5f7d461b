# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Reachability: which poses about its base an arm reaches, and where a base should stand."""
