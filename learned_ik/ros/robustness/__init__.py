# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What keeps a node up and answering: faults that end nothing, and work beside the messages."""
