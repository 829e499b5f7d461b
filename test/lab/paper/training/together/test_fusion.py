# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from lab.paper.training.together.fusion import can_fuse, fused


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def apply(self, x):
        return torch.sin(x) * self.factor


def test_without_a_compiler_for_cpp_nothing_is_fused_on_a_cpu(monkeypatch):
    monkeypatch.setenv('PATH', '/nowhere')
    assert not can_fuse(torch.device('cpu'))
    assert can_fuse(torch.device('cuda'))


@pytest.mark.skipif(not can_fuse(torch.device('cpu')), reason='there is no C++ compiler')
def test_each_object_has_compiled_code_of_its_own():
    x = torch.linspace(0, 1, 40)
    scales = [Scale(factor) for factor in (2.0, 3.0)]
    compiled = [fused(scale.apply) for scale in scales]
    for scale, call in [*zip(scales, compiled, strict=True)] * 2:
        torch.testing.assert_close(call(x), scale.factor * torch.sin(x))
