# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How an experiment is shown: claims and tables, pictures, and one page of all of them."""
