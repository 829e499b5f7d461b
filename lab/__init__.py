# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The lab: what measures learned_ik, beside the package and never installed with it.

Nothing in `learned_ik` imports from here. What each folder is for, and how to run what is in it,
stands in `lab/README.md`.
"""
