# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Who follows targets that come one by one: our trackers, our `solve`, and the peers."""
