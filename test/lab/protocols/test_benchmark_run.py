# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('pinocchio')

from lab.protocols import benchmark_tables, published_tables
from lab.protocols.benchmark_run import missing, run
from lab.protocols.benchmark_settings import Settings
from learned_ik.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[3]
DONE = ('reachable', 'near', 'paths', 'unreachable', 'batch')
SMALL = Settings(robots=('tiago',), peers=('pinocchio-lm',), poses=20, protocols=())


@pytest.fixture(scope='module')
def result(tmp_path_factory):
    """Return a small run of everything but growth, through the command line."""
    out = tmp_path_factory.mktemp('results')
    command = [sys.executable, '-m', 'learned_ik', 'benchmark', '--json', '--poses', '20']
    command += ['--robots', 'tiago', 'artificial14', '--peers', 'pinocchio-lm', '--out', str(out)]
    command += ['--protocols', *DONE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), out


def test_json_is_alone_on_standard_output_and_in_the_folder(result):
    printed, out = result
    assert json.loads((out / 'results.json').read_text()) == printed
    assert tuple(printed['protocols']) == DONE


@pytest.mark.parametrize('robot', ['tiago', 'artificial14'])
def test_ours_solves_everything_and_claims_nothing_wrong(result, robot):
    for protocol in ('reachable', 'near'):
        rows = {row['name']: row for row in result[0]['protocols'][protocol][robot]['rows']}
        assert rows['ours-bare']['solved'] == 1
        assert rows['ours-bare']['poses'] == 20
        assert 'pinocchio-lm' in rows
    for row in result[0]['protocols']['unreachable'][robot]['rows']:
        assert row['wrong'] == 0
    paths = result[0]['protocols']['paths'][robot]
    assert paths['paths'] == 4
    assert paths['rows'][-1]['name'] == 'pinocchio-lm'
    if paths['feasible']:  # our two solvers follow what the peer's does and more
        assert max(row['followed'] for row in paths['rows'][:-1]) == 1
    batch = result[0]['protocols']['batch'][robot]
    assert batch['rows'][-1]['solved'] == 1
    assert batch['rows'][-1]['poses'] == 200
    assert batch['absent']['Pinocchio LM'] == 'has no batch call'


def test_a_robot_without_a_model_says_so(result):
    printed = result[0]
    assert printed['robots']['artificial14']['model'] is None
    absent = printed['protocols']['reachable']['artificial14']['absent']
    assert absent['learned_ik'] == 'no network was trained for this arm'


def test_the_table_has_a_line_for_each_solver(result):
    text = benchmark_tables.text(result[0])
    assert 'tiago, 7 joints: reachable poses' in text
    assert text.count('learned_ik without the network') == 10
    assert 'learned_ik: no network was trained for this arm' in text
    assert 'Solved: within 1e-05 m and 0.0001 rad' in text


def test_plots_are_drawn(result):
    pytest.importorskip('matplotlib')
    names = {path.name for path in result[1].glob('*.png')}
    assert names == {
        f'{plot}_{p}.png' for plot in ('success', 'latency') for p in ('reachable', 'near')
    }


def test_the_tables_are_written_between_their_markers(result, tmp_path):
    (tmp_path / 'docs').mkdir()
    pages = [tmp_path / 'README.md', tmp_path / 'docs' / 'benchmark.md']
    for page in pages:
        page.write_text(f'before\n{published_tables.BEGIN}\nold\n{published_tables.END}\nafter\n')
    command = [sys.executable, '-m', 'lab.protocols.published_tables', '--root', str(tmp_path)]
    env = os.environ | {'PYTHONPATH': str(ROOT)}
    run_json = str(result[1] / 'results.json')
    subprocess.run([*command, '--json', run_json], check=True, cwd=ROOT, env=env)
    written = [page.read_text() for page in pages]
    for text in written:
        assert text.startswith('before\n')
        assert text.endswith('\nafter\n')
        assert 'old' not in text
    assert '| TIAGo, 7 joints | median | 99th percentile | solved |' in written[0]
    assert written[1].count('| | TIAGo | artificial 14 |') == 3
    assert '| – |' in written[1]
    subprocess.run(command, check=True, cwd=ROOT, env=env)  # from what was kept
    assert [page.read_text() for page in pages] == written


def test_peers_that_are_missing_are_listed():
    result = run(SMALL)
    result['versions']['optik'] = None
    assert missing(result) == {'optik': 'pip install optik-py'}
    assert 'not installed: optik' in benchmark_tables.text(result)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'robots': ('r2d2',)}, "'r2d2'"),
        ({'protocols': ('magic',)}, "'magic'"),
        ({'peers': ('kdl',)}, "no peer 'kdl'"),
        ({'poses': 0}, 'poses is 0'),
        ({'budget': 0.0}, 'budget is 0'),
    ],
)
def test_what_cannot_be_measured_is_refused_with_what_can(options, message):
    with pytest.raises(ConfigurationError, match=message):
        Settings(**options)
