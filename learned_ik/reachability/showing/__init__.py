# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A reachability map to look at: a picture of slices, and a page that moves through them."""
