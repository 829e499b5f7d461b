# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The protocols: which poses are asked, from where, and what counts."""
