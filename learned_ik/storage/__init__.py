# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a model file or a checkpoint is on disk: tensors and a text, under a seal."""
