# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The protocol `streaming`: targets that come one by one, and what follows them."""
