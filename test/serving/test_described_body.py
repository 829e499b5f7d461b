# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The body that serves is that of the robot that is described, with its hand."""

import re

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.robot.named import RobotConfig
from learned_ik.serving.ik_serving import IkServing

HAND = """
  <link name="hand"><collision><origin xyz="0.1 0 0"/>
    <geometry><box size="0.16 0.06 0.04"/></geometry></collision></link>
  <joint name="hand_joint" type="fixed"><parent link="arm_tool_link"/><child link="hand"/></joint>
</robot>"""


@pytest.fixture(scope='module')
def model() -> IkModel:
    return IkModel.load(RobotConfig.named('tiago_arm').model)


@pytest.fixture(scope='module')
def urdf() -> str:
    return RobotConfig.named('tiago_arm').urdf.read_text(encoding='utf-8')


def served(model, description) -> IkServing:
    serving = IkServing(IkSolver(model))
    serving.compare_with_robot(description)
    serving._body.wait(60)
    return serving


def test_the_shipped_description_is_the_body_of_the_shipped_model(model, urdf):
    assert served(model, urdf).solver.body is model.body


def test_a_hand_beyond_the_tip_is_seen(model, urdf):
    chain = model.chain
    serving = served(model, urdf.replace('</robot>', HAND))
    assert 'hand' in serving.solver.body.links
    q = chain.middle
    position, orientation = chain.forward(q)
    R, p = chain.forward_matrix(q)
    fingertip = np.array([[*(p + R @ [0.16, 0, 0]), 0.02]])
    clearances = []
    for solver in (IkSolver(model), serving.solver):
        solver.set_obstacles(fingertip)
        clearances.append(solver.solve(position, orientation, q, avoid_collisions=False).clearance)
    assert clearances[0] > 0.05
    assert clearances[1] < -0.02


def test_obstacles_remain_and_the_models_body_comes_back(model, urdf):
    serving = IkServing(IkSolver(model))
    serving.solver.set_obstacles([[0.9, 0, 0.3, 0.1]])
    serving.compare_with_robot(urdf.replace('</robot>', HAND))
    serving._body.wait(60)
    assert 'hand' in serving.solver.body.links
    assert len(serving.solver.obstacles) == 1
    serving.replace_solver(IkSolver(model))  # of the same robot: what was made is used again
    assert 'hand' in serving.solver.body.links
    serving.compare_with_robot(None)
    assert serving.solver.body is model.body


def test_links_without_readable_geometry_keep_the_models_capsules(model, urdf):
    mesh = (
        '<link name="arm_4_link"><collision><geometry><mesh filename="package://no/where"/>'
        '</geometry></collision></link>'
    )
    text = re.sub('<link name="arm_4_link">.*?</link>', mesh, urdf, flags=re.DOTALL)
    text = text.replace('</robot>', HAND)
    body = served(model, text).solver.body
    count = model.body.links.count('arm_4_link')
    assert count > 1
    assert body.links.count('arm_4_link') == count
    assert 'hand' in body.links


def test_a_shape_that_is_none_is_left_out(model, urdf, caplog):
    text = urdf.replace('</robot>', HAND.replace('0.16 0.06 0.04', '0.16 0.06 -1'))
    assert served(model, text).solver.body is model.body
    assert "link 'hand': collision shape <box> is left out" in caplog.text
