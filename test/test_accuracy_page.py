# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The pages that say how good the shipped models are say what the models say of themselves."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize('page', ['README.md', 'benchmark/accuracy.md'])
def test_shows_the_shipped_models(page, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'benchmark'))
    table = runpy.run_path(str(ROOT / 'benchmark' / 'accuracy.py'))['shipped_table']()
    assert len(table.splitlines()) > 8
    text = (ROOT / page).read_text(encoding='utf-8')
    assert table in text, 'copy the table of: python benchmark/accuracy.py --shipped'
