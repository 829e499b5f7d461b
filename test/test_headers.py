# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every Python file says whose it is and how it may be used, as ament_copyright asks."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEADER = re.compile(
    r'# Copyright 20\d\d The learned_ik authors\n# SPDX-License-Identifier: Apache-2\.0\n'
)


def test_every_file_begins_with_copyright_and_licence():
    listed = subprocess.run(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.py'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip('this is no git checkout')
    files = listed.stdout.splitlines()
    assert len(files) > 100
    without = [f for f in files if not HEADER.match((ROOT / f).read_text(encoding='utf-8'))]
    assert without == []


def test_the_licence_is_there_in_full():
    text = (ROOT / 'LICENSE').read_text(encoding='utf-8')
    assert 'Apache License' in text
    assert 'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION' in text
