# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`reach` in the command line."""

import json
from pathlib import Path

import numpy as np
import pytest

from learned_ik import cli

TIAGO = Path(__file__).parents[1] / 'config' / 'tiago_arm.urdf'
FEW = ['--grid', '0.3', '--directions', '12', '--workers', '1']
LINKS = ['--base', 'torso_lift_link', '--tip', 'arm_tool_link']


def run(arguments, capsys):
    status = cli.main(['reach', *map(str, arguments)])
    return status, capsys.readouterr()


def test_a_map_of_a_urdf_is_one_json_object(capsys):
    status, said = run(['--urdf', TIAGO, *LINKS, *FEW, '--json'], capsys)
    content = json.loads(said.out)
    assert status == 0
    assert 0 < content['cells_reached'] < content['cells']
    assert content['settings']['grid'] == 0.3
    assert content['settings']['tip'] == 'arm_tool_link'
    assert content['figures']['missed']['sample'] > 0


def test_all_files_are_written_and_bases_ranked(tmp_path, capsys):
    pytest.importorskip('matplotlib')
    poses = tmp_path / 'poses.csv'
    poses.write_text('x,y,z,qx,qy,qz,qw\n0.5,0.1,0.1,0,0,0,1\n0.6,0.1,0.1,0,0.7,0,0.7\n')
    out = tmp_path / 'out'
    arguments = ['tiago_arm', *FEW, '--out', out, '--base-for', poses, '--base-grid', 0.5]
    status, said = run([*arguments, '--base-yaws', 2], capsys)
    assert status == 0
    assert {path.name for path in out.iterdir()} == {
        'map.npz', 'slices.png', 'map.html', 'base.csv',
    }  # fmt: skip
    assert 'best base: x' in said.out
    assert f'wrote {out / "map.npz"}' in said.out
    with np.load(out / 'map.npz') as kept:
        assert kept['reached'].max() > 0
    assert run([*arguments, '--base-yaws', 2], capsys)[0] == 0  # the map is there already
    status, said = run(['tiago_arm', *FEW, '--directions', 13, '--out', out], capsys)
    assert status == 2
    assert 'directions 12 (now 13)' in said.err


def test_obstacles_are_kept_clear_of(capsys):
    _, free = run(['tiago_arm', *FEW, '--json'], capsys)
    _, clear = run(['tiago_arm', *FEW, '--obstacle', '0.6,0,0,0.2', '--json'], capsys)
    free, clear = json.loads(free.out), json.loads(clear.out)
    assert clear['settings']['obstacles'] == [[0.6, 0.0, 0.0, 0.2]]
    assert clear['settings']['avoid_collisions']
    assert not free['settings']['avoid_collisions']
    assert clear['figures']['poses_reached'] < free['figures']['poses_reached']


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        ([], 'expected a model or --urdf FILE'),
        (['panda', '--urdf', TIAGO], 'one of both'),
        (['panda', '--base', 'x'], 'go with --urdf'),
        (['panda', '--grid', '0'], 'grid is 0.0; expected metres'),
        (['panda', '--engine', 'spark'], "engine is 'spark'; expected one of"),
        (['panda', '--base-for', 'none.csv'], "recording 'none.csv' does not exist"),
        (['nobody'], 'no model of that name'),
        (['panda', '--gird', '1'], 'did you mean --grid'),
    ],
)
def test_what_is_wrong_is_one_line(arguments, said, capsys):
    status, told = run(arguments, capsys)
    assert status == 2
    assert said in told.err
    assert told.err.count('\n') == 1
