# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Calls that the pages show, for the console and in Python, have real fields and are answered."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DOCS = Path(__file__).parents[3] / 'docs'
TUTORIAL = (DOCS / 'tutorials' / 'service_calls.md').read_text(encoding='utf-8')
CALL = re.compile(
    r'ros2 service call /learned_ik/(\w+) learned_ik_interfaces/srv/(\w+) \\\n\s+"(.*)"'
)
CALLS = CALL.findall((DOCS / 'ros.md').read_text(encoding='utf-8')) + CALL.findall(TUTORIAL)


def fill(message, values):
    """Set fields as `ros2 service call` does."""
    for name, value in values.items():
        field = getattr(message, name)
        if isinstance(value, dict):
            fill(field, value)
        elif isinstance(value, list):
            setattr(message, name, [float(x) if isinstance(x, int) else x for x in value])
        else:
            setattr(message, name, float(value) if isinstance(field, float) else value)
    return message


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node()
    client.wait_for_node()
    return node


def test_there_are_calls_of_each_kind():
    assert {name for name, _, _ in CALLS} >= {'get_ik', 'get_ik_batch', 'get_ik_solutions'}


@pytest.mark.parametrize(('name', 'kind', 'text'), CALLS)
def test_each_call_is_answered(node, client, name, kind, text):
    service_type = getattr(importlib.import_module('learned_ik_interfaces.srv'), kind)
    request = fill(service_type.Request(), yaml.safe_load(text))
    service = client.node.create_client(service_type, f'/learned_ik/{name}')
    client.spin_until(service.service_is_ready)
    response = client.call(service, request)
    assert response.error_code == service_type.Response.SUCCESS, response.message


def test_the_program_of_the_tutorial_prints_joint_positions(node):
    (program,) = re.findall(r'^```python\n(.*?)^```', TUTORIAL, re.M | re.S)
    ran = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert "'arm_1_joint': " in ran.stdout
