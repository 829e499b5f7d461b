# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Sections lie one behind the other, without a gap, and each name gives what was put there."""

import itertools

import numpy as np
import pytest
from compiled_arm import CompiledArm, CompiledBody

from learned_ik import KinematicChain
from learned_ik.kernels import layout as places
from learned_ik.kernels.avoidance import body_layout as body_places
from learned_ik.kernels.avoidance.clearance import AT_ONCE, CONTACT
from learned_ik.kernels.heads.forward_pass import LANES, POSE_INPUTS
from learned_ik.network import Network
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body
from learned_ik.solving.packing import SPHERES_OF_HULL, Memory

# Of each flat array, the places in the layout where its sections begin, and the last one's end.
OF_LAYOUT = range(places.WIDTHS, places.KINDS + 2)
OF_ROBOT = range(places.CONSTANTS, places.TRAINED_HIGH + 2)
OF_NUMBERS = range(places.TARGET, places.END_OF_NUMBERS + 1)
OF_ACTIVATIONS = range(places.INPUTS, places.END_OF_ACTIVATIONS + 1)
OF_BODY = range(body_places.CAPSULE_FRAMES, body_places.FIRST_PAIRS + 2)
OF_SHAPES = range(body_places.CAPSULE_ENDS, body_places.HULL_HALF_LENGTHS + 2)
OF_WALK = range(body_places.LINK_FRAMES, body_places.END_OF_WALK + 1)


@pytest.fixture(scope='module', params=['tiago', 'ur10', 'pr2', 'mimic', 1, 2, 3, 12])
def chain(request, artificial, real_urdf) -> KinematicChain:
    """Arms of one joint and of many, with prismatic and mimicking joints, and endless ones."""
    if isinstance(request.param, int):
        return artificial(request.param)
    if request.param == 'tiago':
        return request.getfixturevalue('tiago')
    if request.param == 'mimic':
        links = ''.join(f'<link name="{name}"/>' for name in 'abcd')
        return KinematicChain.from_urdf(
            f'<robot name="r">{links}'
            '<joint name="j" type="prismatic"><parent link="a"/><child link="b"/>'
            '<limit lower="-1" upper="2" effort="1" velocity="1"/></joint>'
            '<joint name="k" type="prismatic"><parent link="b"/><child link="c"/>'
            '<limit lower="-1" upper="2" effort="1" velocity="1"/>'
            '<mimic joint="j" multiplier="0.5" offset="0.1"/></joint>'
            '<joint name="l" type="continuous"><parent link="c"/><child link="d"/></joint></robot>'
        )
    file, base, tip = {
        'ur10': ('ur_description/urdf/ur10_robot.urdf', 'base_link', 'ee_link'),
        'pr2': ('pr2_description/urdf/pr2.urdf', 'torso_lift_link', 'l_gripper_tool_frame'),
    }[request.param]
    return KinematicChain.from_urdf(real_urdf(file), base, tip)


@pytest.fixture(scope='module', params=['without', 'plain', 'takes a seed', 'takes the scene'])
def network(request, chain, untrained, with_seed_input) -> Network | None:
    """No network, and one of each kind; heads that do not fill their lanes."""
    if request.param == 'without':
        return None
    model = untrained(chain, heads=LANES + 3)
    if request.param == 'takes a seed':
        return with_seed_input(model).network
    if request.param == 'takes the scene':
        if chain.joint_count == 1:
            pytest.skip('its tip stays where it is, and points about it see nothing')
        points = BasisPoints.for_chain(chain)
        return model.network.with_sight(points).in_world(np.empty((0, 4)))
    return model.network


@pytest.fixture
def arm(chain, network) -> CompiledArm:
    return CompiledArm(chain, network)


def assert_filled(layout, sections: range, array: np.ndarray, first: int = 0) -> None:
    """Raise where sections overlap, leave a gap, or do not fill an array from `first` on."""
    begins = [int(layout[place]) for place in sections]
    assert begins[0] == first
    assert begins == sorted(begins)
    assert begins[-1] == len(array)


def assert_no_two_share(views: list[np.ndarray]) -> int:
    """Raise where two views share memory; return how many numbers they hold together."""
    for one, other in itertools.combinations(views, 2):
        assert not np.shares_memory(one, other)
    return sum(view.size for view in views)


def test_every_place_is_named_once_and_none_is_left_out():
    counts = range(places.JOINTS, places.SEED_JOINTS + 1)
    all_places = [*counts, *OF_LAYOUT, *OF_ROBOT, *OF_NUMBERS, *OF_ACTIVATIONS]
    assert all_places == list(range(places.PLACES))
    of_body = [*range(body_places.HULL_PAIRS + 1), *OF_BODY, *OF_SHAPES, *OF_WALK]
    assert of_body == list(range(body_places.BODY_PLACES))


def test_answer_and_request_leave_no_place_twice():
    answer = [
        places.CODE, places.POSITION_ERROR, places.ORIENTATION_ERROR, places.SEED_DISTANCE,
        places.LIMIT_MARGIN, places.CLEARANCE, places.REACHED, places.BEYOND_REACH,
        places.SEED_OUTSIDE, places.ATTEMPTS, places.NEAREST,
    ]  # fmt: skip
    assert sorted(answer) == list(range(places.ANSWER))
    assert np.diff([
        places.POSITION, places.ORIENTATION, places.FREE_AXES, places.LARGEST_CHANGE, places.SEED,
    ]).tolist() == [3, 4, 5, 1]  # fmt: skip
    assert len({places.FOUND, places.NOT_FOUND, places.MALFORMED}) == 3


def test_sections_fill_their_arrays(arm):
    layout, memory = arm.packed.layout, arm.memory
    assert_filled(layout, OF_LAYOUT, layout, places.PLACES)
    assert_filled(layout, OF_ROBOT, arm.packed.robot)
    assert_filled(layout, OF_NUMBERS, memory.numbers)
    assert_filled(layout, OF_ACTIVATIONS, memory.activations)


def test_the_views_are_the_chain_and_the_network(arm):
    layout, robot, weights = arm.packed
    chain = places.unpack_chain(layout, robot)
    for name, expected in arm.arrays._asdict().items():
        np.testing.assert_array_equal(getattr(chain, name), expected, err_msg=name)
        assert np.asarray(getattr(chain, name)).dtype == np.asarray(expected).dtype
    network = places.unpack_network(layout, robot, weights)
    for name, expected in arm.network._asdict().items():
        np.testing.assert_array_equal(getattr(network, name), expected, err_msg=name)
    # All weights are read, layer by layer: biases, then a row for each input.
    widths = network.widths
    assert np.sum(widths[1:] * (widths[:-1] + 1)) == len(weights)


def test_no_two_views_of_the_memory_share_a_number(arm):
    layout, memory, chain = arm.packed.layout, arm.memory, arm.chain
    joints, motions = chain.joint_count, chain.motion_count
    work = arm.work
    assert work.frames.origins.shape == work.frames.axes.shape == (motions, 3)
    assert work.frames.values.shape[0] == 3
    assert work.frames.values.shape[1] >= motions
    assert work.columns.shape == (joints, 6)
    assert work.frames.tip.shape == (12,)
    assert {each.shape for each in (work.error, work.trial_error, work.rest, work.dual)} == {(6,)}
    assert {each.shape for each in (work.step, work.trial, work.held)} == {(joints,)}
    views = [*work.frames[:4], *work[1:]]
    others = range(places.NEAR_LOW, places.KEPT + 1)
    views += [memory.numbers[places.span(layout, place)] for place in others]
    views += [
        memory.numbers[places.span(layout, place)] for place in (places.TARGET, places.START)
    ]
    assert assert_no_two_share(views) == len(memory.numbers)
    assert [view.shape for view in views[-9:]] == [(joints,)] * 7 + [(12,), (joints,)]

    heads, lanes = arm.heads, arm.network.lanes
    assert heads.answers.shape == (joints, lanes)
    assert heads.trigonometry.shape == (3, motions, LANES)
    assert heads.scores.shape == (lanes,)
    assert heads.poses.shape == (12 * LANES,)
    views = [heads.inputs, heads.outputs, heads.answers, heads.trigonometry, heads.poses]
    assert assert_no_two_share([*views, heads.scores]) == len(memory.activations)
    assert len(heads.inputs) == len(heads.outputs) >= max(arm.network.widths)
    # What the network takes is what its first layer reads.
    heads.inputs[:] = np.arange(len(heads.inputs))
    assert heads.input.position.tolist() == [0, 1, 2]
    assert heads.input.rotation.tolist() == list(range(3, POSE_INPUTS))
    assert heads.input.beside[0] == POSE_INPUTS


def test_vectors_of_the_network_begin_at_cache_lines(arm):
    for array in (arm.packed.weights, arm.memory.activations):
        assert array.size == 0 or array.ctypes.data % 64 == 0


def test_request_and_answer_are_views_of_their_rows(chain):
    memory = Memory(CompiledArm(chain).packed)
    parts = [memory.position, memory.orientation, memory.options, memory.seed]
    assert assert_no_two_share(parts) == memory.requests.size
    assert assert_no_two_share([memory.fields, memory.solution]) == memory.answers.size
    assert all(np.shares_memory(part, memory.requests) for part in parts)


def test_a_body_and_the_memory_of_its_walks(arm):
    body = Body.from_chain(arm.chain, 0.03)
    if not len(body):
        pytest.skip('a body of no capsules')
    compiled = CompiledBody(arm, body)
    layout = compiled.packed.layout
    assert_filled(layout, OF_BODY, layout, body_places.BODY_PLACES)
    assert_filled(layout, OF_SHAPES, compiled.packed.shapes)
    assert_filled(layout, OF_WALK, compiled.walk_numbers)

    np.testing.assert_array_equal(compiled.arrays.frames, body.frames)
    np.testing.assert_array_equal(compiled.arrays.ends.reshape(-1, 2, 3), body.ends)
    np.testing.assert_array_equal(compiled.arrays.radii, body.radii)
    np.testing.assert_array_equal(compiled.arrays.pairs, body.pairs)
    lengths = np.linalg.norm(body.ends[:, 1] - body.ends[:, 0], axis=1)
    np.testing.assert_allclose(compiled.arrays.half, 0.5 * lengths)
    np.testing.assert_allclose(compiled.arrays.inverse, 1 / lengths**2)

    hulls = compiled.arrays.hulls
    assert (hulls.frames == body.frames).all()  # of one capsule each
    np.testing.assert_array_equal(hulls.ends, compiled.arrays.ends)
    np.testing.assert_array_equal(hulls.pairs, body.pairs)
    np.testing.assert_array_equal(hulls.first, np.arange(len(body) + 1))

    memory, rows = compiled.memory, SPHERES_OF_HULL * len(body) + len(body.pairs)
    assert memory.contacts.shape == (rows, CONTACT)
    assert memory.slopes.shape == (rows, arm.chain.joint_count)
    assert memory.placement.links.shape == (arm.chain.motion_count + 1, 12)
    assert memory.placement.of_spheres.shape == (AT_ONCE,)
    assert memory.moved.shape == (6,)
    assert {each.shape for each in (memory.push, memory.way, memory.best)} == {
        (arm.chain.joint_count,)
    }
    of_store = [
        compiled.walk_numbers[places.span(layout, place)]
        for place in (body_places.STORE_ROWS, body_places.STORE_ERRORS)
    ]
    views = [*memory.placement, *memory[1:], *of_store]
    assert assert_no_two_share(views) == len(compiled.walk_numbers)


def test_limits_near_a_seed(tiago):
    arm = CompiledArm(tiago)
    numbers, layout = arm.memory.numbers, arm.packed.layout
    request = np.zeros(places.SEED + 7)
    seed = request[places.SEED :]
    seed[:] = tiago.middle
    seed[0], seed[1] = tiago.upper[0] - 0.05, tiago.upper[1] + 3.0
    for change, seeded in ((np.inf, True), (0.2, False)):
        request[places.LARGEST_CHANGE] = change
        near = places.chain_near_seed(layout, numbers, arm.arrays, request, seeded)
        np.testing.assert_array_equal(near.bound_low, arm.arrays.bound_low)
        np.testing.assert_array_equal(near.bound_high, arm.arrays.bound_high)
    request[places.LARGEST_CHANGE] = 0.2
    near = places.chain_near_seed(layout, numbers, arm.arrays, request, True)
    np.testing.assert_allclose(near.bound_high[2:], np.minimum(seed + 0.2, tiago.upper)[2:])
    np.testing.assert_allclose(near.bound_low[2:], np.maximum(seed - 0.2, tiago.lower)[2:])
    assert near.bound_high[0] == tiago.upper[0]
    assert near.bound_low[1] == near.bound_high[1] == tiago.upper[1]  # one point is left
    np.testing.assert_array_equal(near.lower, near.bound_low)
    np.testing.assert_array_equal(near.transforms, arm.arrays.transforms)
