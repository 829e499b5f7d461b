# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel, TrainingConfig, cli
from learned_ik.commands.train import Train
from learned_ik.commands.training_files import save_or_rescue
from learned_ik.errors import TrainingError
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.named import chain_from_file

ROOT = Path(__file__).parents[1]
SMALL = [
    *('--hidden', '16', '16', '--batch', '500', '--held-out', '500', '--threads', '1'),
    '--without-report',
]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, '-m', 'learned_ik', *map(str, arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, 'PYTHONPATH': str(ROOT)}


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(),
        timeout=120,
    )


@pytest.fixture
def called(capsys):
    """Return a function that runs a command in this process: exit status, output, errors."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            status = cli.main([*map(str, arguments)])
        except SystemExit as leaving:  # tyro leaves like this
            status = int(leaving.code or 0)
        return status, *capsys.readouterr()

    return call


@pytest.fixture(scope='module')
def arm_urdf(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp('urdf') / 'arm.urdf'
    path.write_text(artificial_arm_urdf(4))
    return path


@pytest.fixture
def model_file(tmp_path, tiago, untrained) -> Path:
    path = tmp_path / 'untrained.safetensors'
    untrained(tiago).save(path)
    return path


def test_train_writes_a_model_and_one_json_object(arm_urdf, tmp_path):
    pytest.importorskip('torch')
    arguments = ['--urdf', arm_urdf, '--samples', '20000', '--seed', '5', *SMALL]
    done = run('train', *arguments, '--json', '--out', 'new/arm.safetensors', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert 'training arm: 4 joints, base to tip' in done.stderr
    model = IkModel.load(tmp_path / 'new' / 'arm.safetensors')
    assert model.name == report['name'] == 'arm'
    assert model.held_out == report['held_out']
    assert model.training['configuration']['seed'] == 5
    assert model.training['samples'] == 20_000

    # The command in the model file makes the same model again.
    again = model.training['command'].replace('new/arm', 'again').split()
    assert again[:4] == ['python', '-m', 'learned_ik', 'train']
    assert run(*again[3:], cwd=tmp_path).returncode == 0
    same = IkModel.load(tmp_path / 'again.safetensors')
    for a, b in zip(model.network.weights, same.network.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_is_suspicious_of_a_robot_is_said_once_before_it_is_trained(arm_urdf, tmp_path):
    pytest.importorskip('torch')
    wild = tmp_path / 'wild.urdf'
    placeholder = '<collision><geometry><box size="0 0 0"/></geometry></collision></link>'
    text = arm_urdf.read_text().replace('<link name="base"/>', f'<link name="base">{placeholder}')
    wild.write_text(text.replace('</robot>', '<xacro:property name="w" value="1"/></robot>'))
    done = run('train', '--urdf', wild, '--samples', '1000', *SMALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for line in (
        '<xacro:property> ignored: it was not expanded',
        "link 'base': collision shape <box> is left out: line 2: it measures 0 x 0 x 0",
    ):
        assert done.stderr.count(line) == 1, done.stderr
    assert 'Traceback' not in done.stderr


def test_an_ended_training_is_resumed_with_its_robot_and_choices(called, arm_urdf, tmp_path):
    pytest.importorskip('torch')
    from learned_ik.learning.checkpoint import Checkpoint
    from learned_ik.learning.training import train

    config = TrainingConfig(
        samples=20_000, batch=500, hidden=(16, 16), held_out=500, learning_rate=0.02
    )
    path, stop = tmp_path / 'left.checkpoint', threading.Event()
    stop.set()
    chain = chain_from_file(arm_urdf)
    train(chain, config, checkpoint_to=path, stop=stop, show_progress=False)
    arguments = ['--resume', path, '--out', tmp_path / 'done.safetensors', '--json', '--quiet']
    status, output, errors = called('train', *arguments, '--report', tmp_path / 'report')
    assert status == 0, errors
    assert json.loads(output)['report'] == str(tmp_path / 'report' / 'report.html')
    assert (tmp_path / 'report' / 'workspace.png').is_file()
    model = IkModel.load(tmp_path / 'done.safetensors')
    assert model.chain.fingerprint == chain.fingerprint
    assert model.training['configuration'] == config.to_dict()
    assert model.training['samples'] == 20_000
    assert json.loads(output)['checkpoint'] == str(tmp_path / 'done.checkpoint')
    whole = train(chain, config, show_progress=False)
    for a, b in zip(model.network.weights, whole.network.weights, strict=True):
        np.testing.assert_array_equal(a, b)

    assert Checkpoint.load(path).config == config
    status, _, errors = called('train', '--resume', path, '--robot', 'tiago_arm', '--quiet')
    assert (status, 'another robot' in errors) == (2, True)
    status, _, errors = called('train', '--resume', path, '--batch', '100', '--quiet')
    assert (status, 'batch is 100; the checkpoint was made with 500' in errors) == (2, True)
    status, _, errors = called('train', '--resume', arm_urdf)
    assert (status, 'not a readable checkpoint' in errors) == (2, True)


def test_a_model_is_rescued_from_a_disk_that_became_full(
    called, arm_urdf, tmp_path, monkeypatch, untrained
):
    pytest.importorskip('torch')
    real = os.fsync
    full = tmp_path / 'full'

    def fsync(descriptor: int) -> None:
        if str(full) in os.readlink(f'/proc/self/fd/{descriptor}'):
            raise OSError(errno.ENOSPC, 'No space left on device')
        real(descriptor)

    monkeypatch.setattr(os, 'fsync', fsync)
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path / 'elsewhere'))
    (tmp_path / 'elsewhere').mkdir()
    model = untrained(chain_from_file(arm_urdf))
    with pytest.raises(TrainingError, match=r'No space left.*is saved as .*elsewhere'):
        save_or_rescue(model, full / 'arm.safetensors')
    (rescued,) = (tmp_path / 'elsewhere').glob('*/arm.safetensors')
    assert IkModel.load(rescued).name == model.name


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_writes_the_best_so_far(arm_urdf, tmp_path, number):
    pytest.importorskip('torch')
    out = tmp_path / 'arm.safetensors'
    process = subprocess.Popen(
        command('train', '--urdf', arm_urdf, '--minutes', '10', '--out', out, *SMALL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert 'training arm' in process.stderr.readline()
        assert 'samples/s' in process.stderr.readline()  # training is under way
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert f'go on with: --resume {tmp_path / "arm.checkpoint"}' in output
    assert 'ended early' in output
    model = IkModel.load(out)
    assert model.training['ended_early']
    assert model.training['samples'] > 0
    assert model.held_out['poses'] == 500


def test_train_takes_a_named_robot_and_a_preset(called, tmp_path, monkeypatch):
    pytest.importorskip('torch')
    monkeypatch.chdir(tmp_path)
    small = ['--hidden', '16', '16', '--held-out', '500', '--threads', '1']
    status, output, errors = called(
        'train', '--robot', 'tiago_arm', '--preset', 'paper', '--samples', '2000', *small
    )
    assert status == 0, errors
    assert 'position [mm]' in output
    model = IkModel.load(tmp_path / 'tiago_arm.safetensors')
    configuration = model.training['configuration']
    assert (configuration['batch'], configuration['encoding']) == (100, 'linear')
    assert configuration['hidden'] == [16, 16]


@pytest.mark.parametrize(
    ('robot', 'name'),
    [('artificial_arm_3', 'artificial_arm_3'), ('my arm/../2', 'my_arm_.._2'), ('..', 'tip')],
)
def test_a_robot_of_a_topic_gives_the_model_its_name(monkeypatch, robot, name):
    urdf = artificial_arm_urdf(3).replace('artificial_arm_3', robot)
    monkeypatch.setattr('learned_ik.commands.train._described_by', lambda topic: urdf)
    _, _, given = Train(topic='/robot_description')._robot(None)
    assert given == name


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ([], 'one of --urdf FILE, --topic NAME and --robot NAME'),
        (['--urdf', 'none.urdf'], "'none.urdf' cannot be read"),
        (
            ['--robot', 'tiago'],
            'there are: artificial10, ',
        ),
        (['--robot', 'tiago_arm', '--tip', 'nose'], "tip link 'nose' is not in robot"),
        (['--robot', 'tiago_arm', '--samples', '0'], 'samples is 0; expected 1 up to'),
        (['--robot', 'tiago_arm', '--minutes', 'nan'], 'minutes is nan; expected above 0'),
        (['--robot', 'tiago_arm', '--device', 'abacus'], "device is 'abacus'"),
        (['--robot', 'tiago_arm', '--out', '/dev/null/arm'], "'/dev/null/arm' cannot be written"),
        (['--robot', 'tiago_arm', '--out', '/'], "'/' cannot be written"),
        (['--preset', 'papr'], "no preset 'papr'; there are: default, quick"),
        (['--preset=papr'], "no preset 'papr'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_before_training(called, arguments, message):
    status, output, errors = called('train', *arguments)
    assert status == 2
    assert output == ''
    lines = [line for line in errors.splitlines() if not line.startswith('training ')]
    assert len(lines) == 1
    assert lines[0].startswith('error: ')
    assert message in lines[0]


def test_a_missing_torch_is_said_plainly(called, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, 'torch', None)
    for name in [name for name in sys.modules if name.startswith('learned_ik.learning.')]:
        monkeypatch.delitem(sys.modules, name)
    out = tmp_path / 'arm.safetensors'
    status, _, errors = called('train', '--robot', 'tiago_arm', '--out', out)
    assert status == 2
    assert (
        "training needs torch, which is not installed: pip install 'learned_ik[train]'" in errors
    )


def test_show_tells_what_is_in_a_model_file(called, model_file, tiago):
    status, output, _ = called('show', model_file)
    assert status == 0
    assert "model 'untrained'" in output
    assert 'arm_1_joint, revolute: 0.0000 to 2.7489 rad' in output
    status, output, _ = called('show', model_file, '--json')
    content = json.loads(output)
    assert content['fingerprint'] == tiago.fingerprint
    assert content['joints'][6]['name'] == 'arm_7_joint'
    assert content['network']['heads'] == 3


def test_show_is_quick(model_file):
    began = time.perf_counter()
    assert run('show', model_file).returncode == 0
    assert time.perf_counter() - began < 3  # without torch and numba about 0.4 s


def test_solve_finds_a_reachable_pose(called, model_file, tiago):
    q = tiago.middle + 0.3
    position, orientation = tiago.forward(q)
    pose = ['--position', *position, '--orientation', *orientation]
    status, output, _ = called('solve', model_file, *pose, '--seed', *(q + 0.05), '--json')
    assert status == 0
    answer = json.loads(output)
    assert (answer['status'], answer['code'], answer['message']) == ('SUCCESS', 1, '')
    assert tuple(answer['joint_positions']) == tiago.joint_names
    reached, _ = tiago.forward(list(answer['joint_positions'].values()))
    np.testing.assert_allclose(reached, position, atol=1e-5)
    assert answer['seed_distance'] > 0
    status, output, _ = called('solve', model_file, *pose)
    assert status == 0
    assert output.startswith('SUCCESS\n  arm_1_joint: ')


def test_solve_takes_the_pose_for_the_tools(called, model_file, tiago):
    R, p = tiago.forward_matrix(tiago.middle)
    _, orientation = tiago.forward(tiago.middle)
    pose = ['--position', *(p + 0.1 * R[:, 2]), '--orientation', *orientation]
    tool = ['--tool', '0', '0', '0.1', '0', '0', '0', '1']
    status, output, _ = called('solve', model_file, *pose, *tool, '--json')
    assert status == 0
    reached, _ = tiago.forward(list(json.loads(output)['joint_positions'].values()))
    np.testing.assert_allclose(reached, p, atol=1e-5)


def test_solve_says_when_there_is_no_solution(called, model_file):
    far = ['--position', '9', '0', '0', '--orientation', '0', '0', '0', '1']
    status, output, _ = called('solve', model_file, *far, '--json')
    answer = json.loads(output)
    assert status == 1
    assert (answer['status'], answer['code']) == ('NO_SOLUTION', -31)
    assert answer['message']
    assert answer['seed_distance'] is None


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--orientation', '0', '0', '0', '0'], 'length zero'),
        (['--orientation', 'nan', '0', '0', '1'], 'not finite'),
        (['--orientation', '0', '0', '0', '1', '--seed', '1', '2'], 'seed'),
        (['--orientation', '0', '0', '0', '1', '--timeout', '0'], 'timeout is 0'),
        (['--orientation', '0', '0', '0', '1', '--position-tolerance', '-1'], 'tolerance is -1'),
    ],
)
def test_solve_refuses_what_is_malformed(called, model_file, arguments, message):
    status, output, errors = called('solve', model_file, '--position', '0', '0', '0', *arguments)
    assert (status, output) == (2, '')
    assert message in errors


def test_evaluate_tells_errors_alone_and_refined(called, model_file):
    status, output, _ = called('evaluate', model_file, '--poses', '500', '--seed', '3', '--json')
    assert status == 0
    content = json.loads(output)
    assert content['network']['poses'] == content['refined']['poses'] == 500
    assert content['network']['position']['mean'] > 0.1  # the network knows nothing
    assert content['network']['limits_broken'] == 0
    assert content['refined']['solved'] > 0.99
    assert content['refined']['position']['median'] < 1e-5
    assert content['refined']['time_per_pose'] > 0
    status, output, _ = called('evaluate', model_file, '--poses', '500', '--seed', '3')
    assert 'solved to 1e-05 m and 0.0001 rad: ' in output
    assert called('evaluate', model_file, '--poses', '0')[0] == 2


def test_evaluate_gives_seeds_to_a_network_that_takes_them(
    called, model_file, with_seed_input, tmp_path
):
    model = with_seed_input(IkModel.load(model_file))
    training = {'configuration': {'seed_spread': 0.1}}
    seeded = dataclasses.replace(model, training=training)
    seeded.save(tmp_path / 'seeded.safetensors')
    status, output, _ = called(
        'evaluate', str(tmp_path / 'seeded.safetensors'), '--poses', '200', '--json'
    )
    content = json.loads(output)
    assert (status, content['seed_spread']) == (0, 0.1)
    assert content['refined']['solved'] > 0.99
    status, output, _ = called('evaluate', str(tmp_path / 'seeded.safetensors'), '--poses', '200')
    assert "seeds 0.1 rad or m from the poses' own joint positions" in output


def test_a_file_that_is_no_model_is_one_line(called, tmp_path):
    (tmp_path / 'broken').write_bytes(b'nothing')
    for name in ('broken', 'missing'):
        status, output, errors = called('show', tmp_path / name)
        assert (status, output) == (2, '')
        assert errors.startswith('error: ')
        assert len(errors.splitlines()) == 1


def test_help_lists_the_commands(called):
    for arguments in ((), ('--help',), ('-h',)):
        status, output, _ = called(*arguments)
        assert status == 0
        for name in ('train', 'evaluate', 'solve', 'show', 'ik_node'):
            assert f'  {name}' in output
    status, output, _ = called('train', '--help')
    assert status == 0
    assert '--soft-limits' in output
    assert 'batch' in output


def test_no_command_imports_what_it_may_not_need():
    modules = ', '.join(home.partition(':')[0] for home, _ in cli.COMMANDS.values())
    code = f'import sys, {modules}; print(*sys.modules)'
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, env=environment()
    )
    assert not {'torch', 'numba', 'rclpy', 'matplotlib'} & set(done.stdout.split())
    assert 'tyro' in done.stdout.split()  # of those that train


@pytest.mark.parametrize(
    ('path', 'name'),
    [
        ('/usr/local/bin/learned_ik', 'learned_ik'),
        ('learned_ik/__main__.py', 'python -m learned_ik'),
        ('install/learned_ik/lib/learned_ik/learned_ik', 'ros2 run learned_ik'),
    ],
)
def test_usage_names_the_program_as_it_was_called(called, monkeypatch, path, name):
    monkeypatch.setattr(sys, 'argv', [path])
    assert called('--help')[1].startswith(f'usage: {name} COMMAND')
    assert called('show', '--help')[1].startswith(f'usage: {name} show ')


def test_an_unknown_command_is_refused_with_the_known_ones(called):
    status, output, errors = called('trian')
    assert (status, output) == (2, '')
    assert errors.startswith(
        "no command 'trian'; there are: train, sweep, evaluate, solve, track, "
    )
    assert 'ik_node' in errors


def test_a_node_without_ros_is_told_to_source_it(called, monkeypatch):
    monkeypatch.setitem(sys.modules, 'rclpy', None)
    for name in [name for name in sys.modules if name.startswith('learned_ik.ros.')]:
        monkeypatch.delitem(sys.modules, name)
    status, output, errors = called('ik_node')
    assert (status, output) == (2, '')
    assert errors == 'error: ik_node needs rclpy: source a ROS 2 workspace\n'


def test_arguments_for_ros_are_left_to_ros(monkeypatch, model_file, capsys):
    arguments = [str(model_file), '--ros-args', '-r', '__node:=a', '--', '--json', '--ros-args']
    assert cli.without_ros_arguments(arguments) == [str(model_file), '--json']
    monkeypatch.setattr(sys, 'argv', ['/opt/bin/learned_ik', 'show', *arguments])
    assert cli.main() == 0
    assert json.loads(capsys.readouterr().out)['name'] == 'untrained'


def test_a_sweep_trains_every_robot_with_every_setting(called, arm_urdf, tmp_path):
    pytest.importorskip('torch')
    small = {'samples': 1000, 'batch': 200, 'hidden': [8, 8], 'held_out': 100}
    plan = {
        'robots': {'own': {'urdf': str(arm_urdf)}, 'tiago_arm': {}},
        'settings': {'small': small, 'one': {**small, 'heads': 1}},
    }
    (tmp_path / 'plan.yaml').write_text(json.dumps(plan))
    out = tmp_path / 'models'
    status, output, errors = called('sweep', tmp_path / 'plan.yaml', '--out', out, '--json')
    assert status == 0, errors
    results = json.loads(output)['results']
    assert list(results) == ['own_small', 'own_one', 'tiago_arm_small', 'tiago_arm_one']
    for name, row in results.items():
        model = IkModel.load(out / f'{name}.safetensors')
        assert model.held_out['position'] == row['position']
        assert model.network.heads == (1 if name.endswith('one') else 8)
    plan['settings']['one'] = {'head': 1}
    (tmp_path / 'plan.yaml').write_text(json.dumps(plan))
    status, output, errors = called('sweep', tmp_path / 'plan.yaml', '--out', out)
    assert (status, output) == (2, '')
    assert "unknown key 'head'; did you mean 'heads'?" in errors


@pytest.mark.parametrize(
    'arguments', ['--help', 'show panda', 'show panda --json', 'solve --help']
)
def test_whoever_reads_no_further_is_told_no_error(arguments):
    command = f'{sys.executable} -m learned_ik {arguments} | true; echo ${{PIPESTATUS[0]}}'
    ended = subprocess.run(['bash', '-c', command], capture_output=True, text=True, cwd=ROOT)
    assert (ended.stdout, ended.stderr) == ('0\n', '')


def test_solve_without_an_orientation_takes_any(called):
    status, output, _ = called('solve', 'panda', '--position', '0.4', '0.1', '0.3')
    assert status == 0
    assert 'any orientation' in output


def test_solve_with_a_free_axis(called):
    pose = ['--position', '0.4', '0.1', '0.3', '--orientation', '1', '0', '0', '0']
    status, output, _ = called('solve', 'panda', *pose, '--free-axes', 'z', '--json')
    assert status == 0
    assert json.loads(output)['status'] == 'SUCCESS'
    for wrong in ('w', 'zz', 'xyzx'):
        status, _, errors = called('solve', 'panda', *pose, '--free-axes', wrong)
        assert status == 2
        assert f"free_axes is '{wrong}'; expected some of x, y, z" in errors


def test_a_finished_training_goes_on_with_a_larger_budget(called, arm_urdf, tmp_path):
    pytest.importorskip('torch')
    out = tmp_path / 'arm.safetensors'
    common = ['--out', out, '--without-report', '--quiet', '--json']
    first = ['train', '--urdf', arm_urdf, '--samples', '20000', *SMALL, *common]
    assert called(*first)[0] == 0
    checkpoint = tmp_path / 'arm.checkpoint'
    kept = checkpoint.read_bytes()
    status, output, _ = called('train', '--resume', checkpoint, *common[:-1])
    assert status == 0
    assert 'the budget was used up before: --minutes or --samples gives a larger one' in output
    checkpoint.write_bytes(kept)
    more = ['train', '--resume', checkpoint, '--samples', '60000', *common]
    status, output, _ = called(*more, '--discard-checkpoint')
    assert status == 0
    assert json.loads(output)['training']['samples'] == 60_000
    assert not checkpoint.exists()


def test_an_error_that_is_not_reached_is_an_exit_status(called, arm_urdf, tmp_path):
    pytest.importorskip('torch')
    arguments = ['train', '--urdf', arm_urdf, '--samples', '2000', *SMALL]
    arguments += ['--out', tmp_path / 'arm.safetensors', '--without-report', '--quiet']
    status, output, _ = called(*arguments, '--until-error', '0.001mm')
    assert status == 3
    assert 'not reached: --until-error 0.001mm' in output
    assert (tmp_path / 'arm.safetensors').is_file()
    assert called(*arguments, '--until-error', '9000mm')[0] == 0


@pytest.mark.parametrize(
    ('arguments', 'chosen'),
    [
        (['--minutes', '0.2'], 'quick'),
        (['--minutes=0.5'], 'quick'),
        (['--minutes', '2'], 'default'),
        (['--samples', '1000'], 'default'),
        (['--minutes', '0.2', '--preset', 'default'], 'default'),
        (['--minutes', '0.2', '--hidden', '64', '64'], 'default'),
        (['--minutes', 'soon'], 'default'),
    ],
)
def test_a_budget_of_seconds_gets_the_preset_for_it(arguments, chosen):
    pytest.importorskip('tyro')
    from learned_ik.commands.train import Train
    from learned_ik.learning.training_config import preset

    train = Train.defaults_for(['--robot', 'tiago_arm', *arguments])
    assert (train.preset, train.training) == (chosen, preset(chosen))
