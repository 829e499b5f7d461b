# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""docs/parameters.md is what the code declares, and shows what a user looks for."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def script():
    pytest.importorskip('rclpy')
    return runpy.run_path(str(ROOT / 'scripts' / 'parameters_page.py'))


def test_is_up_to_date(script):
    written = (ROOT / 'docs' / 'parameters.md').read_text(encoding='utf-8')
    assert written == script['page'](), 'run: python scripts/parameters_page.py'


def test_every_parameter_and_field_is_explained(script):
    rows = [line for line in script['page']().splitlines() if line.startswith('| `')]
    assert len(rows) > 80
    for row in rows:
        *_, meaning = (cell.strip() for cell in row.strip('|').split('|'))
        assert len(meaning.split()) > 1, row
