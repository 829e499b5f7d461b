# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a dataclass to a command line."""

import dataclasses
import math
from pathlib import Path

import pytest

from learned_ik.commands.arguments import flag, is_described, option, parsed, positional
from learned_ik.errors import ConfigurationError


@dataclasses.dataclass(frozen=True)
class Command:
    """Do something.

    At length: 100 % of it.
    """

    model: Path = positional('model file, 100 % of it')
    position: tuple[float, float, float] = option('where [m], 100 % of it')
    seed: tuple[float, ...] | None = option('from where', None)
    timeout: float = option('[s]', 1.0)
    count: int = option('how many', 3)
    obstacle: tuple[str, ...] = option('may be repeated', (), repeatable=True)
    min_clearance: float = option('[m]', 0.0)
    json: bool = flag('for programs, 100 % of them')


def called(*arguments: str) -> Command:
    return parsed(Command, 'program command', arguments)


def test_what_is_not_given_has_its_default():
    assert called('a.file', '--position', '1', '2', '3') == Command(
        Path('a.file'), (1.0, 2.0, 3.0)
    )


def test_everything_that_is_given_has_its_type():
    given = called(
        '--position', '-1e-3', '-.5', '-2', '--seed', '1', '-2.5e+1', '--obstacle', '1,2', 'a',
        '--obstacle=-1,3', '--obstacle', '-.5,-4', '--min_clearance=0.1', '--count', '7', '--json',
    )  # fmt: skip
    assert given == Command(
        Path('a'), (-1e-3, -0.5, -2.0), (1.0, -25.0), 1.0, 7, ('1,2', '-1,3', '-.5,-4'), 0.1, True
    )


def test_what_float_reads_is_a_number():
    given = called('a', '--position', '-inf', '-Infinity', '-NaN')
    assert given.position[:2] == (-math.inf, -math.inf)
    assert math.isnan(given.position[2])


def test_what_follows_two_hyphens_has_its_place():
    given = called('--position', '1', '2', '3', '--seed', '4', '5', '--', '--a_b')
    assert (given.model, given.seed) == (Path('--a_b'), (4.0, 5.0))


def test_help_tells_type_default_and_meaning(capsys):
    with pytest.raises(SystemExit) as ended:
        called('--help')
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith('usage: program command MODEL [OPTIONS]\n')
    assert 'At length: 100 % of it.' in text
    assert '--position NUMBER NUMBER NUMBER' in text
    assert 'where [m], 100 % of it (required)' in text
    assert '[s] (default: 1.0)' in text
    assert 'model file, 100 % of it' in text
    assert 'for programs, 100 % of them' in text


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((), 'the following arguments are required: MODEL, --position'),
        (('a', '--positon', '1'), "no option '--positon': did you mean --position?"),
        (('a', '--min-clearence=1'), "no option '--min-clearence': did you mean --min-clearance?"),
        (('a', '--xyz'), "there is no option '--xyz'; program command --help"),
        (('a', '-json'), "there is no option '-json': did you mean --json?"),
        (('a', '--JSON'), "there is no option '--JSON': did you mean --json?"),
        (('a', '-x'), "there is no option '-x'; "),
        (('a', '--x\ny'), "there is no option '--x\\ny'; "),
        (('a', '--position', '1', '2', '3', 'b\nc'), 'unrecognized arguments: b c;'),
        (('a', '--pos', '1', '2', '3'), "there is no option '--pos'"),
        (('a', '--position', '1', '2'), '--position: expected 3 arguments'),
        (('a', '--position', '1', 'x', '3'), "invalid float value: 'x'"),
        (('a', '--position', '1', '2', '3', '--count', '1.5'), "invalid int value: '1.5'"),
        (('a', '--position', '1', '2', '3', '4'), 'unrecognized arguments: 4'),
        (('a', '--position', '1', '2', '3', '--json=1'), 'ignored explicit argument'),
    ],
)
def test_what_is_wrong_is_an_error_of_the_package(arguments, message):
    with pytest.raises(ConfigurationError) as caught:
        called(*arguments)
    assert message in str(caught.value)
    assert '\n' not in str(caught.value)


def test_only_what_describes_its_options_is_parsed_here():
    @dataclasses.dataclass
    class Other:
        model: Path

    assert is_described(Command)
    assert not is_described(Other)
