# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from learned_ik.errors import InvalidInputError
from learned_ik.robot.basis_points import BasisPoints, spread_in_ball


def test_points_fill_the_ball_evenly():
    points = spread_in_ball(96)
    assert points.shape == (96, 3)
    radii = np.linalg.norm(points, axis=1)
    assert radii.max() <= 1
    # Half of a ball's volume lies beyond 0.79 of its radius, an eighth of it in each octant.
    assert abs((radii > 0.5 ** (1 / 3)).mean() - 0.5) < 0.06
    octants = np.bincount((points > 0) @ [1, 2, 4], minlength=8)
    assert octants.min() >= 9
    apart = np.linalg.norm(points[:, None] - points, axis=-1) + 9 * np.eye(96)
    assert apart.min() > 0.2


def test_one_robot_has_always_the_same_points(tiago, artificial):
    points, again = BasisPoints.for_chain(tiago), BasisPoints.for_chain(tiago)
    assert (points.world == again.world).all()
    assert (points.target == again.target).all()
    assert len(points) == 128
    longer = BasisPoints.for_chain(artificial(10))
    assert longer.far != points.far


def test_distances_are_those_to_the_nearest_surface_and_clipped(tiago):
    points = BasisPoints(np.array([[0.0, 0, 0], [1.0, 0, 0], [5.0, 0, 0]]), np.zeros((0, 3)), 0.4)
    spheres = np.array([[0.0, 0, 0.3, 0.1], [1.0, 0, 0.1, 2.0]])
    # 0.2 m from the first, but the second holds both; the third is beyond what is seen.
    assert points.world_distances(spheres).tolist() == pytest.approx([-0.4, -0.4, 0.4])
    assert points.world_distances(spheres[:1]).tolist() == pytest.approx([0.2, 0.4, 0.4])
    assert points.world_distances(np.empty((0, 4))).tolist() == [0.4] * 3


@pytest.mark.parametrize(
    ('world', 'far'),
    [(np.zeros((3, 2)), 0.3), (np.full((3, 3), np.nan), 0.3), (np.zeros((3, 3)), 0)],
)
def test_points_that_cannot_be_are_refused(world, far):
    with pytest.raises(InvalidInputError, match=r'basis points|far is 0'):
        BasisPoints(world, np.zeros((0, 3)), far)


def test_points_about_the_target_go_with_it():
    points = BasisPoints(np.zeros((1, 3)), np.array([[0.2, 0.0, 0.0], [0.0, 0.1, 0.0]]), 0.5)
    quarter_turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])  # about z: x goes to y
    spheres = np.array([[1.0, 0.3, 0.0, 0.05]])
    seen = points.distances(spheres, np.array([1.0, 0.0, 0.0]), quarter_turn)
    expected = [0.5, 0.1 - 0.05, np.hypot(0.1, 0.3) - 0.05]
    assert seen.tolist() == pytest.approx(expected)
