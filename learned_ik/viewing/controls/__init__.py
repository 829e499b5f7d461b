# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What stands in the page's panel: each file is one group of controls, or one display."""
