# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the fields of a chain and of a body must be, wherever they come from."""
