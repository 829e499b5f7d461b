# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A command in every frame for a target that moves."""
