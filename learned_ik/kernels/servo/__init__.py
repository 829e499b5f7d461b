# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One step of a tracker: where to aim, how far to go, and what to keep clear of."""
