# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Ask, and count what goes wrong: false successes, foreign exceptions, answers that come late."""

import collections
import dataclasses
import faulthandler
import itertools
import resource
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from lab.fuzzing.fuzz_robots import all_robots, robot_to_fuzz
from lab.fuzzing.hostile_calls import Call, calls_of, calls_of_data, places
from lab.fuzzing.hostile_requests import TIMEOUT, HostileRequest, RequestMaker
from lab.fuzzing.hostile_values import made, zoo
from lab.fuzzing.verdicts import wrong_with
from lab.robots import Robot
from learned_ik.errors import LearnedIkError
from learned_ik.solving.solver import IkSolver

LATE = 0.005  # [s], by which an answer may come after its timeout
HANGS = 120.0  # [s], without an answer: the process ends and tells where
MOST_MEMORY = 8 * 2**30  # [bytes], of addresses: more of them is a fault that is counted
EXAMPLES = 3  # kept of each kind
BLOCK = 5_000  # requests of one robot in a row, in one process
WRONG_TYPES = 0.1  # share of the requests that have something of a wrong type


@dataclasses.dataclass
class Tally:
    """What came of many requests; two of them can be added."""

    requests: int = 0
    successes: int = 0
    refused: int = 0  # by an error of the package's own
    wrong: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    foreign: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    late: int = 0
    latest: float = 0.0  # [s], beyond the timeout
    examples: dict[str, list[str]] = dataclasses.field(default_factory=dict)

    def note(self, kind: str, example: str) -> None:
        """Keep an example of a kind."""
        kept = self.examples.setdefault(kind, [])
        if len(kept) < EXAMPLES:
            kept.append(example[:1000])

    def add(self, other: 'Tally') -> None:
        """Add another one."""
        self.requests += other.requests
        self.successes += other.successes
        self.refused += other.refused
        self.wrong += other.wrong
        self.foreign += other.foreign
        self.late += other.late
        self.latest = max(self.latest, other.latest)
        for kind, examples in other.examples.items():
            for example in examples:
                self.note(kind, example)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, ready for JSON."""
        return dataclasses.asdict(self)


def run(
    robots: tuple[str, ...], requests: int, seed: int, jobs: int, *, on_block: Any = None
) -> dict[str, Tally]:
    """Ask so many requests, the robots in turns, and return what came of them, by robot.

    Ctrl-C ends it early.

    Args:
        robots: of `fuzz_robots.NAMES`; empty: all.
        requests: of all robots together.
        seed: of the generator.
        jobs: processes.
        on_block: told of each block that is done: robot and tally.

    """
    names = robots or tuple(all_robots())
    tallies = {name: Tally() for name in names}
    most, blocks = min(BLOCK, -(-requests // len(names))), []
    for number, name in enumerate(itertools.cycle(names)):
        if requests <= 0:
            break
        blocks.append((name, min(most, requests), seed + number))
        requests -= most
    with ProcessPoolExecutor(jobs) as pool:
        asked = [pool.submit(ask_block, *block) for block in blocks]
        try:
            for (name, _, _), future in zip(blocks, asked, strict=True):
                tally = future.result()
                tallies[name].add(tally)
                if on_block is not None:
                    on_block(name, tally)
        except KeyboardInterrupt:  # what was asked until then counts
            pool.shutdown(wait=False, cancel_futures=True)
    return tallies


def ask_block(name: str, count: int, seed: int) -> Tally:
    """Ask one robot so many requests."""
    warnings.simplefilter('ignore')
    limit_memory()
    robot = robot_to_fuzz(name)
    solver = IkSolver(robot.model if robot.model is not None else robot.chain)
    solver.warm_up()
    maker, rng, tally = RequestMaker(robot, seed), np.random.default_rng(seed), Tally()
    values = list(zoo().items())
    calls = list(places(calls_of(solver)))
    for _ in range(count):
        faulthandler.dump_traceback_later(HANGS, exit=True)
        if rng.random() < WRONG_TYPES:
            call, argument = calls[rng.integers(len(calls))]
            kind, value = values[rng.integers(len(values))]
            call_wrongly(tally, call, argument, kind, value, robot)
        else:
            ask(tally, robot, solver, maker.next())
    faulthandler.cancel_dump_traceback_later()
    return tally


def limit_memory() -> None:
    """Let what takes all memory fail at once, in this process alone."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def ask(tally: Tally, robot: Robot, solver: IkSolver, request: HostileRequest) -> None:
    """Ask one request of right types, and judge the answer."""
    if request.method == 'predict' and solver.model is None:
        request = request._replace(method='solve_batch')
    tally.requests += 1
    text = f'{robot.name}: {request!r}'
    try:
        if request.spheres is not None:
            solver.set_obstacles(request.spheres)
        began = perf_counter()
        answer = getattr(solver, request.method)(*request.arguments, **request.options)
        took = perf_counter() - began
    except LearnedIkError:
        tally.refused += 1
        return
    except Exception as error:  # this is what is looked for
        _note_foreign(tally, error, text)
        return
    late = took - request.options.get('timeout', TIMEOUT)
    if 'timeout' in request.options and late > LATE:
        tally.late += 1
        tally.note('late', f'{1e3 * late:.1f} ms {text}')
        tally.latest = max(tally.latest, late)
    _judge(tally, robot, request.method, request.arguments, request.options, answer, text)


def call_wrongly(
    tally: Tally, call: Call, argument: str, kind: str, value: Any, robot: Robot | None = None
) -> None:
    """Call with one argument replaced by something hostile, and judge an answer if one comes."""
    tally.requests += 1
    given = {**call.arguments, argument: made(value, call.arguments[argument])}
    text = f'{call.name}({argument}={kind})'
    try:
        answer = call.function(**given)
    except LearnedIkError as error:
        tally.refused += 1
        if not 0 < len(str(error)) < 3000:
            tally.wrong['message without measure'] += 1
            tally.note('message without measure', f'{len(str(error))}: {text}')
        return
    except Exception as error:
        _note_foreign(tally, error, text)
        return
    method = call.name.rpartition('.')[2]
    if robot is None or method not in ('solve', 'solve_batch', 'solve_all', 'follow', 'predict'):
        return
    places = list(given)[:2]
    try:
        arguments = [np.array(given[place], dtype=np.float64) for place in places]
        options = {name: v for name, v in given.items() if name not in places}
        if 'position_tolerance' in options:
            options['position_tolerance'] = float(options['position_tolerance'])
            options['orientation_tolerance'] = np.array(options['orientation_tolerance'], float)
    except Exception:  # foreign objects raise what they like
        tally.wrong['answered without numbers'] += 1
        tally.note('answered without numbers', text)
        return
    _judge(tally, robot, method, arguments, options, answer, text)


def call_everything_wrongly(robot: Robot, urdf: str, on_call: Any = None) -> Tally:
    """Call everything of the package with each wrong value in each place, once."""
    assert robot.model is not None
    tally = Tally()
    calls = calls_of_data(robot.model, urdf)
    calls += calls_of(IkSolver(robot.model))
    for call, argument in places(calls):
        for kind, value in zoo().items():
            faulthandler.dump_traceback_later(HANGS, exit=True)
            call_wrongly(tally, call, argument, kind, value)
            if on_call is not None:
                on_call(call.name, argument, kind)
    faulthandler.cancel_dump_traceback_later()
    return tally


def _judge(
    tally: Tally, robot: Robot, method: str, arguments: Any, options: Any, answer: Any, text: str
) -> None:
    if method != 'predict':
        successes = [answer] if method == 'solve' else answer
        successes = successes if isinstance(successes, list) else answer.status == 1
        tally.successes += int(np.sum([bool(each) for each in successes]))
    for wrong in wrong_with(robot, method, arguments, options, answer):
        tally.wrong[wrong] += 1
        tally.note(wrong, text)


def _note_foreign(tally: Tally, error: Exception, text: str) -> None:
    """Count an error that is none of ours by its type and the line of the package it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if '/learned_ik/' in frame.filename]
    place = ours[-1] if ours else frames[-1]
    kind = f'{type(error).__name__} at {Path(place.filename).name}:{place.lineno}'
    tally.foreign[kind] += 1
    try:
        told = str(error)[:200]
    except Exception:  # an object whose text raises
        told = '?'
    tally.note(kind, f'{text}: {told}')
