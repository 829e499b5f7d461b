# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of each ROS 2 and Python agrees: the page, workflows, requirements, setup.py."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / 'docs' / 'distributions.md').read_text(encoding='utf-8')
FROM_WHEELS = sorted(path.parent.name for path in (ROOT / 'requirements').glob('*/ros.txt'))


def jobs(workflow: str) -> dict[str, Any]:
    text = (ROOT / '.github' / 'workflows' / workflow).read_text(encoding='utf-8')
    return yaml.safe_load(text)['jobs']


def matrix(job: dict[str, Any]) -> dict[str, Any]:
    return job['strategy']['matrix']


def pins(distribution: str, file: str) -> dict[str, str]:
    text = (ROOT / 'requirements' / distribution / file).read_text(encoding='utf-8')
    return dict(re.findall(r'^([\w-]+)==(\S+)$', text, re.MULTILINE))


def test_the_page_has_a_row_for_each_distribution_that_a_workflow_builds() -> None:
    rows = {name.lower() for name in re.findall(r'^\| (\w+) \|', PAGE, re.MULTILINE)}
    built = {entry['distribution'] for entry in matrix(jobs('ros.yml')['colcon'])['include']}
    assert {'humble', 'jazzy', 'kilted', 'lyrical', 'rolling'} == built <= rows


def test_what_comes_as_wheels_is_tested_by_make() -> None:
    assert sorted(matrix(jobs('ros.yml')['wheels'])['distribution']) == FROM_WHEELS
    assert FROM_WHEELS == ['jazzy', 'kilted']


@pytest.mark.parametrize('distribution', FROM_WHEELS)
def test_each_distribution_has_the_same_packages_at_runtime(distribution: str) -> None:
    assert pins(distribution, 'ros.txt').keys() == pins('kilted', 'ros.txt').keys()
    pinned_twice = pins(distribution, 'constraints.txt').keys() & {
        *pins(distribution, 'ros.txt'),
        *pins(distribution, 'interfaces.txt'),
    }
    assert not pinned_twice


def test_what_a_workflow_calls_is_there() -> None:
    texts = [str(jobs(file)) for file in ('ros.yml', 'wheels.yml')]
    named = re.findall(r'(?:\{project\}|\$TARGET_REPO_PATH"?)/([\w./-]+)', ' '.join(texts))
    assert '.github/python_packages.sh' in named
    assert not [file for file in named if not (ROOT / file).is_file()]


def test_setup_py_names_the_pythons_of_which_wheels_are_tested() -> None:
    steps = str(jobs('wheels.yml')['wheels']['steps'])
    tested = re.search(r'cp\{([\d,]+)\}-manylinux', steps).group(1).split(',')
    named = re.search(r'for minor in range\((\d+), (\d+)\)', (ROOT / 'setup.py').read_text())
    assert tested == [f'3{minor}' for minor in range(*map(int, named.groups()))]
