# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is laid out for the kernels is what the chain, the network and the body are."""

import numpy as np

from learned_ik import KinematicChain
from learned_ik.solving.packing import chain_arrays, endless_joints


def test_an_endless_joint_comes_again_when_all_that_follow_it_do():
    def chain(multiplier: str) -> KinematicChain:
        joints = ''.join(
            f'<joint name="{name}" type="continuous"><parent link="{parent}"/>'
            f'<child link="{child}"/>{mimic}</joint>'
            for name, parent, child, mimic in [
                ('j', 'a', 'b', ''),
                ('k', 'b', 'c', f'<mimic joint="j" multiplier="{multiplier}"/>'),
            ]
        )
        links = ''.join(f'<link name="{name}"/>' for name in 'abc')
        return KinematicChain.from_urdf(f'<robot name="r">{links}{joints}</robot>')

    assert endless_joints(chain('-2')).tolist() == [True]
    assert chain_arrays(chain('-2')).full_turns.tolist() == [2 * np.pi]
    assert chain_arrays(chain('-2')).bound_high.tolist() == [np.inf]
    # After two turns, what follows at half the speed has made one.
    assert endless_joints(chain('0.5')).tolist() == [True]
    assert chain_arrays(chain('0.5')).full_turns.tolist() == [4 * np.pi]
    assert chain('0.5').upper.tolist() == [2 * np.pi]
    assert chain_arrays(chain('0.123456789')).full_turns.tolist() == [0]
