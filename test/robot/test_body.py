# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import itertools
import json

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.errors import InvalidInputError, UrdfError
from learned_ik.robot import attachment
from learned_ik.robot.body import Body
from learned_ik.robot.capsules import point_segment_distance, segment_distance

ARM = """
<robot name="arm">
  <link name="base"><collision><geometry><box size="0.3 0.2 0.1"/></geometry></collision></link>
  <joint name="a" type="revolute">
    <origin xyz="0 0 0.1" rpy="0.3 0 0"/><parent link="base"/><child link="upper"/>
    <axis xyz="0 1 0"/><limit lower="-2" upper="2" effort="1" velocity="1"/>
  </joint>
  <link name="upper"><collision><origin xyz="0 0 0.2"/>
    <geometry><cylinder radius="0.05" length="0.4"/></geometry></collision></link>
  <joint name="b" type="prismatic">
    <origin xyz="0 0 0.4"/><parent link="upper"/><child link="lower"/>
    <axis xyz="1 0 0"/><limit lower="0" upper="0.2" effort="1" velocity="1"/>
  </joint>
  <link name="lower"/>
  <joint name="c" type="continuous">
    <origin xyz="0 0 0.1"/><parent link="lower"/><child link="hand"/><axis xyz="1 1 0"/>
  </joint>
  <link name="hand"><collision><origin xyz="0 0.1 0"/>
    <geometry><sphere radius="0.07"/></geometry></collision></link>
  <joint name="grip" type="prismatic">
    <origin xyz="0 0.1 0"/><parent link="hand"/><child link="finger"/>
    <axis xyz="0 1 0"/><limit lower="0.02" upper="0.05" effort="1" velocity="1"/>
  </joint>
  <link name="finger"><collision>
    <geometry><box size="0.02 0.3 0.02"/></geometry></collision></link>
  <joint name="tip_joint" type="fixed"><parent link="hand"/><child link="tip"/></joint>
  <link name="tip"/>
</robot>
"""
COLLISION = '<collision><geometry><sphere radius="1"/></geometry></collision>'


@pytest.fixture
def chain() -> KinematicChain:
    return KinematicChain.from_urdf(ARM, 'base', 'tip')


@pytest.fixture
def body(chain) -> Body:
    return Body.from_urdf(ARM, chain, link_radius=0.03)


def test_each_link_is_carried_by_its_frame(body):
    frames = dict(zip(body.links, body.frames.tolist(), strict=True))
    assert frames == {'base': 0, 'upper': 1, 'b to the next': 2, 'hand': 3, 'finger': 3}


def test_capsules_hold_the_shapes_wherever_the_joints_are(chain, body):
    rng = np.random.default_rng(0)
    q = chain.sample(rng, 20)
    placed = body.placed(chain, q)
    upper = np.array(body.links) == 'upper'
    ends, radii = placed[:, upper], body.radii[upper]
    # A point of the upper link's cylinder, by forward kinematics of a chain that ends there.
    R, p = KinematicChain.from_urdf(ARM, 'base', 'upper').forward_matrix(q[:, :1])
    angle, height = rng.uniform(0, 2 * np.pi, 20), rng.uniform(0, 0.4, 20)
    local = np.stack([0.05 * np.cos(angle), 0.05 * np.sin(angle), height], axis=1)
    points = p + np.einsum('nij,nj->ni', R, local)
    distance = point_segment_distance(points[:, None], ends[:, :, 0], ends[:, :, 1])
    assert (distance <= radii).any(axis=1).all()
    # The finger stands at the limit nearest to 0, 0.02 m.
    R, p = chain.forward_matrix(q)
    box = np.array(list(itertools.product((-0.01, 0.01), (-0.03, 0.27), (-0.01, 0.01))))
    corners = p[:, None] + np.einsum('nij,mj->nmi', R, box)
    finger = np.array(body.links) == 'finger'
    ends = placed[:, None, finger]
    distance = point_segment_distance(corners[:, :, None], ends[..., 0, :], ends[..., 1, :])
    assert (distance <= body.radii[finger]).any(axis=-1).all()


def middle_of(ends: np.ndarray) -> np.ndarray:
    """Return the middle (3,) [m] of the box around segments (n, 2, 3)."""
    points = ends.reshape(-1, 3)
    return 0.5 * (points.min(axis=0) + points.max(axis=0))


def test_a_chain_up_the_tree_carries_the_same_links():
    forwards = KinematicChain.from_urdf(ARM, 'base', 'hand')
    backwards = KinematicChain.from_urdf(ARM, 'hand', 'base')
    q = forwards.sample(np.random.default_rng(1), 1)[0]
    R, p = forwards.forward_matrix(q)
    body, other = (Body.from_urdf(ARM, each) for each in (forwards, backwards))
    here, there = body.placed(forwards, q), other.placed(backwards, q[::-1])
    for link in ('base', 'upper', 'hand', 'finger'):
        # What is covered at random anew is much the same.
        mine, theirs = (
            middle_of(placed[np.array(each.links) == link])
            for placed, each in ((here, body), (there @ R.T + p, other))
        )
        np.testing.assert_allclose(mine, theirs, atol=1e-9 if link == 'hand' else 0.03)


def test_neighbours_and_what_never_or_always_touches_are_no_pairs(tiago, request):
    text = (request.config.rootpath / 'config' / 'tiago_arm.urdf').read_text()
    body = Body.from_urdf(text, tiago)
    names = {frozenset((body.links[i], body.links[j])) for i, j in body.pairs}
    assert frozenset(('arm_1_link', 'arm_2_link')) not in names  # neighbours
    assert frozenset(('arm_5_link', 'arm_7_link')) not in names  # about the same origin
    assert frozenset(('torso_lift_link', 'arm_5_link')) in names
    assert (body.pairs[:, 0] < body.pairs[:, 1]).all()


def test_whatever_touches_the_pairs_tell(tiago, tiago_body):
    """Of links that are kept apart at all, by all of their capsules in other postures."""
    ends = tiago_body.placed(tiago, tiago.sample(np.random.default_rng(9), 300))
    kept = np.zeros((len(tiago_body), len(tiago_body)), bool)
    kept[tuple(tiago_body.pairs.T)] = True
    radii, names = tiago_body.radii, np.array(tiago_body.links)
    told = touched = 0
    for one, other in {(names[i], names[j]) for i, j in tiago_body.pairs}:
        i, j = np.flatnonzero(names == one), np.flatnonzero(names == other)
        distance = segment_distance(
            ends[:, i][:, :, None, 0],
            ends[:, i][:, :, None, 1],
            ends[:, j][:, None, :, 0],
            ends[:, j][:, None, :, 1],
        )
        distance -= radii[i][:, None] + radii[j]
        touches = (distance < 0).any(axis=(1, 2))
        touched += touches.sum()
        told += (touches & ((distance < 0) & kept[np.ix_(i, j)]).any(axis=(1, 2))).sum()
    assert touched > 100
    assert told == touched


def test_an_srdf_disables_pairs(tiago, request):
    text = (request.config.rootpath / 'config' / 'tiago_arm.urdf').read_text()
    srdf = (
        '<robot name="tiago_arm"><disable_collisions link1="arm_5_link" '
        'link2="torso_lift_link" reason="tried"/></robot>'
    )
    body = Body.from_urdf(text, tiago, srdf=srdf)
    names = {frozenset((body.links[i], body.links[j])) for i, j in body.pairs}
    assert frozenset(('torso_lift_link', 'arm_5_link')) not in names
    assert frozenset(('torso_lift_link', 'arm_4_link')) in names
    with pytest.raises(UrdfError, match='expected link1 and link2'):
        Body.from_urdf(text, tiago, srdf='<robot name="x"><disable_collisions link1="a"/></robot>')


def test_without_geometry_segments_join_the_origins(artificial):
    chain = artificial(6)
    body = Body.from_chain(chain, 0.02)
    assert (body.radii == 0.02).all()
    q = chain.sample(np.random.default_rng(0), 3)
    _, tip = chain.forward(q)[1], chain.forward(q)[0]
    np.testing.assert_allclose(body.placed(chain, q)[:, -1, 1], tip, atol=1e-12)
    with pytest.raises(InvalidInputError, match='above 0'):
        Body.from_chain(chain, 0.0)


def test_meshes_are_read_and_fitted(real_urdf, request):
    pytest.importorskip('trimesh')
    import cmeel

    text = real_urdf('panda_description/urdf/panda.urdf')
    chain = KinematicChain.from_urdf(text, 'panda_link0', 'panda_hand')
    for folder in cmeel.__path__:
        data = type(request.config.rootpath)(folder).parent / 'cmeel.prefix' / 'share'
        if (data / 'example-robot-data').is_dir():
            body = Body.from_urdf(text, chain, folders=[data])
    assert {'panda_link3', 'panda_link5', 'panda_hand'} <= set(body.links)
    forearm = body.links.index('panda_link5')
    assert 0.05 < body.radii[forearm] < 0.12


def test_a_mesh_that_is_missing_leaves_a_segment_and_a_warning(caplog):
    text = ARM.replace(
        '<cylinder radius="0.05" length="0.4"/>', '<mesh filename="package://x/y"/>'
    )
    chain = KinematicChain.from_urdf(text, 'base', 'tip')
    body = Body.from_urdf(text, chain)
    assert 'a to the next' in body.links
    assert "'package://x/y' is left out" in caplog.text


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ('radius="0.07"', 'radius="-1"', 'it measures -1; expected numbers above 0'),
        ('radius="0.07"', 'radius="0"', 'it measures 0; expected numbers above 0'),
        ('radius="0.07"', 'radius="1e308"', "radius is '1e308'; expected one finite number"),
        ('<sphere radius="0.07"/>', '<torus/>', 'it is none of sphere, capsule'),
        ('origin xyz="0 0.1 0"', 'origin rpy="0 0.1"', "rpy is '0 0.1'; expected 3 finite"),
    ],
)
def test_a_shape_without_size_is_left_out_and_its_link_named(chain, body, caplog, old, new, said):
    before, hand = ARM.split('<link name="hand">')
    body = Body.from_urdf(f'{before}<link name="hand">{hand.replace(old, new, 1)}', chain)
    assert 'hand' not in body.links
    assert {'base', 'upper', 'finger'} <= set(body.links)
    (record,) = caplog.records
    assert record.getMessage().startswith("link 'hand': collision shape <")
    assert said in record.getMessage()


def test_many_shapes_that_are_left_out_do_not_flood_the_log(chain, caplog):
    empty = ''.join(COLLISION.replace('"1"', f'"-{n}"') for n in range(50))
    Body.from_urdf(ARM.replace('<link name="base">', f'<link name="base">{empty}', 1), chain)
    assert len(caplog.records) == 21
    assert caplog.records[-1].getMessage() == '30 more collision shapes are left out'


def test_so_many_shapes_become_few_capsules_that_hold_them(monkeypatch, chain, body, caplog):
    monkeypatch.setattr(attachment, 'MOST_CAPSULES', 3)
    few = Body.from_urdf(ARM, chain, link_radius=0.03)
    assert len(few) == 4  # one for each frame: base, upper, and hand with finger; and a segment
    assert 'those of each frame are taken as one' in caplog.text
    here, there = few.placed(chain, chain.middle), body.placed(chain, chain.middle)
    for link in ('hand', 'finger'):
        k, j = few.links.index('hand'), body.links.index(link)
        for end in there[j]:
            away = point_segment_distance(end, *here[k])
            assert away + body.radii[j] <= few.radii[k] + 1e-9
    many = ARM.replace('<link name="base">', '<link name="base">' + COLLISION * 3001, 1)
    with pytest.raises(UrdfError, match='3005 collision shapes; expected 3000 at most'):
        Body.from_urdf(many, chain)


def test_what_hangs_on_a_joint_that_stands_nowhere_is_left_out(chain, caplog):
    broken = ARM.replace(
        '<origin xyz="0 0.1 0"/><parent link="hand"/>',
        '<origin xyz="0 up 0"/><parent link="hand"/>',
    )
    assert 'finger' not in Body.from_urdf(broken, chain).links
    (record,) = caplog.records
    assert "what hangs on link 'hand' is left out: line 21: joint 'grip'" in record.getMessage()


def test_a_body_survives_json(chain, body):
    again = Body.from_dict(json.loads(json.dumps(body.to_dict())), chain)
    q = chain.middle
    np.testing.assert_array_equal(again.placed(chain, q), body.placed(chain, q))
    np.testing.assert_array_equal(again.pairs, body.pairs)
    assert again.links == body.links
    with pytest.raises(ValueError, match='frame 9; expected 0 up to'):
        Body.from_dict({**body.to_dict(), 'frames': [9] * len(body)}, chain)


def test_meshes_that_are_missing_are_one_line_with_the_remedy(caplog):
    empty = COLLISION.replace('<sphere radius="1"/>', '<mesh filename="package://x/y"/>')
    assert 'mesh' in empty
    text = ARM.replace('<link name="base">', f'<link name="base">{empty * 3}', 1)
    text = text.replace('<link name="hand">', f'<link name="hand">{empty * 4}', 1)
    Body.from_urdf(text, KinematicChain.from_urdf(text, 'base', 'tip'))
    (record,) = caplog.records
    assert record.getMessage() == (
        "7 collision shapes of the links base, hand are left out, mesh 'package://x/y' among "
        'them: it was not found; source the workspace that holds its package'
    )
