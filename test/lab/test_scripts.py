# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every script of the lab runs by `python -m`, explains itself, and is named on the lab's page."""

import importlib
import runpy
import sys
from pathlib import Path

import pytest

LAB = Path(__file__).parents[2] / 'lab'
NO_SCRIPTS = {
    '__init__', 'ablated_search', 'ablated_solver', 'clutter_scenes', 'mesh_judge',
    'training_beyond',
}  # fmt: skip
SCRIPTS = [
    f'lab.{folder.replace("/", ".")}.{path.stem}'
    for folder in (
        'ablations',
        'ablations/starts',
        'measurements',
        'measurements/reach_maps',
        'measurements/trackers',
    )
    for path in sorted((LAB / folder).glob('*.py'))
    if path.stem not in NO_SCRIPTS
]


@pytest.mark.parametrize('name', [*SCRIPTS, 'lab.protocols.published_tables'])
@pytest.mark.filterwarnings('ignore:.*found in sys.modules:RuntimeWarning')
def test_a_script_explains_itself(name, monkeypatch, capsys):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or '').partition('.')[0] in ('lab', 'learned_ik'):
            raise
        pytest.skip(f'{error.name} is not installed')
    monkeypatch.setattr(sys, 'argv', [name, '--help'])
    with pytest.raises(SystemExit) as leaving:
        runpy.run_module(name, run_name='__main__', alter_sys=False)
    assert leaving.value.code == 0
    assert 'usage' in capsys.readouterr().out


@pytest.mark.parametrize('name', SCRIPTS)
def test_the_page_of_the_lab_names_the_script(name):
    assert f'`{name.rpartition(".")[2]}`' in (LAB / 'README.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('name', SCRIPTS)
def test_a_script_says_how_it_is_run(name):
    path = LAB.parent / (name.replace('.', '/') + '.py')
    assert f'    python -m {name}' in path.read_text(encoding='utf-8')
