# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What kernels compiled ahead of time are worth, beside numba's, in turns on one machine.

    python -m lab.measurements.ahead_of_time [--rounds 5] [--cold] [--json]

1. A fresh process, from the start of the interpreter to its first answer, and its memory: one
   pose, and a path among obstacles. numba's with compiled code on disk, `--cold` without too.
2. The median time of `solve`, TIAGo, Panda, UR10.
3. The node, from its start until it says that it is ready, and its memory. Needs ROS 2.
4. The same solver from C++ (`examples/cpp/measure.cpp`). Needs g++.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from learned_ik.native.build import HERE

ROOT = Path(__file__).resolve().parents[2]
MODEL = str(ROOT / 'models' / 'tiago_arm.safetensors')
KINDS = ('native', 'jit')

FIRST = """
import resource
from learned_ik import IkSolver
solver = IkSolver.load({model!r})
pose = solver.chain.forward(solver.chain.middle)
{work}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
WORK = {
    'one pose': 'assert solver.solve(*pose)',
    'a path among obstacles': """
import numpy as np
solver.set_obstacles([[0.5, 0.5, 0.5, 0.1]])
q = np.linspace(solver.chain.middle, solver.chain.middle + 0.1, 20)
assert solver.follow(*solver.chain.forward(q)).success
""",
}
SOLVE = """
import json
from time import perf_counter
import numpy as np
from learned_ik import IkSolver
medians = {{}}
for name in ('tiago_arm', 'panda', 'ur10'):
    solver = IkSolver.load({models!r} + f'/{{name}}.safetensors')
    solver.warm_up()
    q = solver.chain.sample(np.random.default_rng(0), 2000)
    poses = list(zip(*solver.chain.forward(q)))
    for turn in range(3):
        times = []
        for position, orientation in poses:
            began = perf_counter()
            solver.solve(position, orientation)
            times.append(perf_counter() - began)
        medians[name] = min(medians.get(name, 1e9), 1e6 * float(np.median(times)))
print(json.dumps(medians))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=5, help='turns of which the median counts')
    parser.add_argument('--cold', action='store_true', help='let numba compile from nothing, too')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    found: dict[str, Any] = {}
    for part in (first_answers, solve_medians, node_starts, from_cpp):
        for name, value in part(options):
            found[name] = value
            if not options.json:
                print(f'{name:<44}{value}', flush=True)
    if options.json:
        print(json.dumps(found))


def first_answers(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield time and memory of fresh processes."""
    for work, code in WORK.items():
        program = FIRST.format(model=MODEL, work=code)
        taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
        for kind in (*KINDS, *options.rounds * KINDS):
            taken[kind].append(fresh(program, {'LEARNED_IK_KERNELS': kind}))
        for kind in KINDS:  # the first of each is not counted: it may have compiled
            seconds, memory = np.median(taken[kind][1:], axis=0)
            yield f'{work}, {kind}', f'{seconds:.3f} s   {memory:.0f} MB'
        if options.cold:
            with tempfile.TemporaryDirectory() as cache:
                cold = {'LEARNED_IK_KERNELS': 'jit', 'NUMBA_CACHE_DIR': cache}
                seconds, memory = fresh(program, cold)
            yield f'{work}, jit, nothing on disk', f'{seconds:.1f} s   {memory:.0f} MB'


def fresh(program: str, settings: Mapping[str, str]) -> tuple[float, float]:
    """Return how long a process takes [s], and its largest memory [MB]."""
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, '-c', program],
        env={**os.environ, **settings}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return perf_counter() - began, float(done.stdout.split()[-1])


def solve_medians(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield medians of `solve` [µs], and their ratio."""
    program = SOLVE.format(models=str(ROOT / 'models'))
    medians: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for kind in options.rounds * KINDS:
        done = subprocess.run(
            [sys.executable, '-c', program],
            env={**os.environ, 'LEARNED_IK_KERNELS': kind},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        medians[kind].append(json.loads(done.stdout))
    for robot in medians['jit'][0]:
        native, jit = (float(np.median([m[robot] for m in medians[kind]])) for kind in KINDS)
        yield f'solve, {robot}', f'{native:.2f} µs, jit {jit:.2f} µs: {native / jit:.2f}'


def node_starts(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield time and memory of nodes that start."""
    if importlib.util.find_spec('rclpy') is None:
        return
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for kind in (*KINDS, *options.rounds * KINDS):
        taken[kind].append(node_start(kind))
    for kind in KINDS:
        seconds, memory = np.median(taken[kind][1:], axis=0)
        yield f'node until it is ready, {kind}', f'{seconds:.2f} s   {memory:.0f} MB'


def node_start(kind: str) -> tuple[float, float]:
    """Return how long a node takes to be ready [s], and its memory then [MB]."""
    began = perf_counter()
    node = subprocess.Popen(
        [sys.executable, '-m', 'learned_ik.ros.node'],
        env={**os.environ, 'LEARNED_IK_KERNELS': kind},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert node.stderr is not None
    try:
        for line in node.stderr:
            if 'ready' in line:
                seconds = perf_counter() - began
                status = Path(f'/proc/{node.pid}/status').read_text()
                return seconds, int(re.findall(r'VmRSS:\s+(\d+)', status)[0]) / 1024
    finally:
        node.terminate()
        node.wait()
    raise SystemExit('the node has not become ready')


def from_cpp(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield what a program in C++ says of itself."""
    compiler = shutil.which(os.environ.get('CXX') or 'g++')
    if compiler is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        program, model = f'{folder}/measure', f'{folder}/model.ik'
        linked = [f'-I{ROOT}/include', f'-L{HERE}', '-llearned_ik', f'-Wl,-rpath,{HERE}']
        source = f'{ROOT}/examples/cpp/measure.cpp'
        subprocess.run([compiler, '-std=c++17', '-O2', source, *linked, '-o', program], check=True)
        export = [sys.executable, '-m', 'learned_ik', 'export', MODEL, '--native', model]
        subprocess.run(export, check=True, capture_output=True)
        for _ in range(options.rounds):
            said = subprocess.run([program, model], capture_output=True, text=True, check=True)
    for line in said.stdout.splitlines():
        yield f'C++, {line[:28].strip()}', line[28:].strip()


if __name__ == '__main__':
    main()
