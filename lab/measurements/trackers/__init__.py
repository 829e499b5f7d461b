# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a tracker is worth where it cannot just follow: out of reach, and among obstacles."""
