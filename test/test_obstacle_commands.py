# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The commands that know of obstacles and of the arm's body, as their user calls them."""

import json

import pytest

from learned_ik import IkModel, cli


def called(capsys, *arguments: str) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


@pytest.mark.parametrize(
    ('obstacle', 'says'),
    [
        ('0,0,0,1', 'swallows the base of the arm'),
        ('0.5,0,0', "obstacle '0.5,0,0'; expected x,y,z,radius"),
        ('0.5,0,0,-1', 'radius -1 m; expected above 0'),
    ],
)
def test_training_is_refused_before_it_begins(capsys, tmp_path, obstacle, says):
    status, output, errors = called(
        capsys, 'train', '--robot', 'tiago_arm', '--out', tmp_path / 'arm.safetensors',
        '--obstacle', obstacle,
    )  # fmt: skip
    assert (status, output) == (2, '')
    assert says in errors
    assert not (tmp_path / 'arm.safetensors').exists()


def test_training_takes_spheres_from_options_and_from_a_file(capsys, tmp_path):
    pytest.importorskip('torch')
    scene, out = tmp_path / 'scene.yaml', tmp_path / 'arm.safetensors'
    scene.write_text('- [0.9, 0.0, 0.4, 0.1]\n')
    status, output, _ = called(
        capsys, 'train', '--robot', 'tiago_arm', '--out', out, '--samples', 2000,
        '--held-out', 100, '--hidden', 16, '--without-report', '--quiet', '--json',
        '--obstacles', scene, '--obstacle', '-0.3,0.6,0.2,0.05', '--obstacle', '0.5,0.5,0.2,0.05',
    )  # fmt: skip
    assert status == 0
    assert json.loads(output)['training']['scene']['keep_clear'] == 'capsules'
    model = IkModel.load(out)
    assert sorted(model.obstacles) == [
        (-0.3, 0.6, 0.2, 0.05),
        (0.5, 0.5, 0.2, 0.05),
        (0.9, 0.0, 0.4, 0.1),
    ]
    assert model.body.moving.sum() > 5
    assert 0 <= model.held_out['scene']['colliding'] <= 1


def test_training_shows_a_network_random_scenes_from_the_weights_of_a_blind_one(capsys, tmp_path):
    pytest.importorskip('torch')
    blind, out = tmp_path / 'blind.safetensors', tmp_path / 'seeing.safetensors'
    options = (
        '--robot', 'tiago_arm', '--samples', 2000, '--held-out', 100, '--hidden', 16,
        '--without-report', '--quiet', '--json',
    )  # fmt: skip
    assert called(capsys, 'train', *options, '--out', blind)[0] == 0
    seeing = (*options, '--scene-conditioned', '--out', out)
    status, output, _ = called(capsys, 'train', *seeing, '--start-from', blind)
    assert status == 0
    held_out = json.loads(output)['held_out']['scene']
    assert 0 <= held_out['colliding'] <= 1
    assert 0 <= held_out['blind']['colliding'] <= 1
    status, output, _ = called(capsys, 'show', out)
    assert status == 0
    assert 'it takes pose and scene' in output
    status, output, _ = called(capsys, 'evaluate', out, '--poses', 50, '--json')
    assert status == 0
    assert json.loads(output)['refined']['solved'] == 1
    for option, says in (
        (('--obstacle', '0.5,0.5,0.2,0.05'), 'expected none: it is trained in random scenes'),
        (('--seed-input',), 'scene_conditioned is True; expected False with'),
        (('--start-from', tmp_path / 'none'), 'does not exist'),
    ):
        status, output, errors = called(capsys, 'train', *seeing, *option)
        assert (status, output) == (2, '')
        assert says in errors


def test_body_gives_an_older_file_its_capsules(capsys, tmp_path, tiago, untrained, request):
    urdf = request.config.rootpath / 'config' / 'tiago_arm.urdf'
    path = tmp_path / 'arm.safetensors'
    untrained(tiago).save(path)
    assert IkModel.load(path).body is None
    status, output, _ = called(capsys, 'body', path, '--urdf', urdf, '--json')
    assert status == 0
    body = IkModel.load(path).body
    assert json.loads(output)['capsules'] == len(body)
    status, output, _ = called(capsys, 'show', path, '--json')
    assert json.loads(output)['body']['pairs'] == len(body.pairs)


def test_body_refuses_another_robot(capsys, tmp_path, artificial, untrained, request):
    urdf = request.config.rootpath / 'config' / 'tiago_arm.urdf'
    path = tmp_path / 'arm.safetensors'
    untrained(artificial(5)).save(path)
    before = path.read_bytes()
    status, _, errors = called(capsys, 'body', path, '--urdf', urdf)
    assert status == 2
    assert errors.startswith('error: ')
    assert path.read_bytes() == before


def test_solve_keeps_clear_of_spheres(capsys, tmp_path, tiago, untrained):
    path, scene = tmp_path / 'arm.safetensors', tmp_path / 'scene.yaml'
    untrained(tiago).save(path)
    position, orientation = tiago.forward(tiago.middle)
    pose = ('--position', *position, '--orientation', *orientation)
    scene.write_text(f'- [{position[0]}, {position[1]}, {position[2] + 0.3}, 0.1]\n')
    status, output, _ = called(capsys, 'solve', path, *pose, '--obstacles', scene, '--json')
    assert status == 0
    assert json.loads(output)['clearance'] >= 0
    at_goal = ','.join(map(str, [*position, 0.05]))
    status, output, _ = called(capsys, 'solve', path, *pose, f'--obstacle={at_goal}')
    assert status == 1
    assert 'GOAL_IN_COLLISION' in output
    assert 'clearance -' in output
    for option, says in (
        ('--obstacle=0,0,0,1', 'swallows the base'),
        ('--obstacle=1,2,3', 'expected x,y,z,radius'),
        ('--min-clearance=-1', 'min_clearance is -1.0; expected metres, 0 or more'),
        (f'--obstacles={tmp_path / "none"}', 'cannot be read'),
    ):
        status, output, errors = called(capsys, 'solve', path, *pose, option)
        assert (status, output) == (2, '')
        assert says in errors
