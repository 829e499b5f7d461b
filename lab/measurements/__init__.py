# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the product is like as it is: errors, seconds, milliseconds, refusals."""
