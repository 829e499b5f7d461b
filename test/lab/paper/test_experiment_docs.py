# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The results in docs/experiments are what the command wrote, and nothing else."""

import json
import shutil
from pathlib import Path

import pytest

from lab.paper import experiment_run
from lab.paper.presentation.experiment_page import PAGE, write_page

DOCS = Path(__file__).parents[3] / 'docs' / 'experiments'
RESULTS = sorted(DOCS.glob('*.json'))


def test_the_page_is_made_of_the_results(tmp_path):
    for path in RESULTS:
        shutil.copy(path, tmp_path)
    written = write_page(tmp_path, experiment_run.NAMES).read_text()
    assert written == (DOCS / PAGE).read_text()


@pytest.mark.parametrize('path', RESULTS, ids=lambda path: path.stem)
def test_results_say_what_they_cost_and_have_their_pictures(path):
    result = json.loads(path.read_text())
    assert path.stem == result['experiment'] in experiment_run.NAMES
    commands = [f'python -m learned_ik experiment {name} ' for name in (path.stem, 'all')]
    assert result['command'].startswith(tuple(commands))
    budget = experiment_run.budget_named(result['budget']['name'])
    assert all(row['samples'] >= budget.samples for row in result['networks'])
    assert result['samples'] == sum(row['samples'] for row in result['networks'])
    assert result['processor_seconds']['training'] > 0
    for picture in result['pictures']:
        assert (DOCS / picture['file']).is_file()


def test_what_is_not_run_yet_is_named():
    there = {path.stem for path in RESULTS}
    page = (DOCS / PAGE).read_text()
    for name in experiment_run.NAMES:
        assert (f'Not run yet: `python -m learned_ik experiment {name}' in page) == (
            name not in there
        )
