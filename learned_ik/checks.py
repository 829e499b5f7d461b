# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What users give, turned into numbers, or refused by name: one converter for each kind of value.

Whatever an object does while it is converted, what comes out is a number or one of the package's
errors. Nothing here looks at what a number means.
"""

from __future__ import annotations

import difflib
import numbers as number_types
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Integers
from learned_ik.errors import InvalidInputError

LONGEST = 200  # characters of a value in a message

Error = type[Exception]
Kind = TypeVar('Kind')


def shortened(value: Any, longest: int = LONGEST) -> str:
    """Return a value as a message shows it: on one line, not too long, whatever its class does."""
    if isinstance(value, np.ndarray) and value.size > longest:
        return f'an array of shape {value.shape} and type {value.dtype}'
    if isinstance(value, str | bytes | bytearray):
        value = value[: longest + 1]
    elif isinstance(value, int) and value.bit_length() > 256:
        return f'a whole number of about {value.bit_length() * 0.30103:.0f} digits'
    elif isinstance(value, Collection) and _length(value) > longest:
        return f'a {type(value).__name__} of {_length(value)} entries'
    try:
        text = ' '.join(repr(value).split())
    except Exception:  # it is a foreign class's text that fails
        text = f'an object of type {type(value).__name__}'
    return text if len(text) <= longest else f'{text[:longest]}…'


def numbers(
    values: Any,
    what: str,
    error: Error = InvalidInputError,
    expected: str = 'numbers',
) -> Array:
    """Return float64 numbers of any shape; the array itself where it is one already.

    Texts, times, complex numbers, records and masked entries are none, even where numpy would
    read them as such.

    Args:
        values: anything.
        what: how an error names it.
        error: its type.
        expected: what the error says would be accepted.

    """
    if type(values) is np.ndarray and values.dtype == np.float64:
        return np.asarray(values, np.float64)  # in this machine's byte order
    try:
        if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
            raise TypeError('entries are masked')
        array = np.asarray(values)
        if array.dtype.kind == 'O':
            strange = [entry for entry in array.ravel().tolist() if not _is_real(entry)]
            if strange:
                raise TypeError(f'{type(strange[0]).__name__} is no number')
        elif array.dtype.kind not in 'fiu' or _has_truths(values):
            raise TypeError(f'{array.dtype} are no numbers')
        with np.errstate(over='ignore'):
            return np.asarray(array, dtype=np.float64)
    except Exception as reason:  # foreign classes raise whatever they like while they convert
        raise error(
            f'{what} is {shortened(values)}; expected {expected}: {shortened_reason(reason)}'
        ) from reason


def number(
    value: Any,
    what: str,
    expected: str,
    accept: Callable[[float], bool],
    error: Error = InvalidInputError,
) -> float:
    """Return one number.

    Args:
        value: anything.
        what: how an error names it.
        expected: what the error says would be accepted.
        accept: whether a number is in its range; it has to say no to NaN where that is none.
        error: its type.

    """
    result = value
    if type(value) is not float:
        array = _scalar(value, what, expected, error)
        result = float(array)
    if not accept(result):
        raise error(f'{what} is {shortened(value)}; expected {expected}')
    return result


def whole(
    value: Any,
    what: str,
    expected: str,
    accept: Callable[[int], bool],
    error: Error = InvalidInputError,
) -> int:
    """Return one whole number, which is of an integer type; otherwise as `number`."""
    result = None
    if not isinstance(value, bool | np.bool_ | np.ndarray):
        try:
            result = operator.index(value)
        except Exception:  # as in `numbers`
            result = None
    if result is None or not accept(result):
        raise error(f'{what} is {shortened(value)}; expected {expected}')
    return result


def flag(value: Any, what: str, error: Error = InvalidInputError) -> bool:
    """Return True or False, of Python or numpy; otherwise as `number`."""
    if not isinstance(value, bool | np.bool_):
        raise error(f'{what} is {shortened(value)}; expected True or False')
    return bool(value)


def text(value: Any, what: str, error: Error = InvalidInputError) -> str:
    """Return a text; otherwise as `number`."""
    if not isinstance(value, str):
        raise error(f'{what} is {shortened(value)}; expected a text')
    return str(value)


def texts(values: Any, what: str, error: Error = InvalidInputError) -> tuple[str, ...]:
    """Return a list or tuple of texts as a tuple; otherwise as `number`."""
    if not isinstance(values, list | tuple) or not all(isinstance(each, str) for each in values):
        raise error(f'{what} is {shortened(values)}; expected a list of texts')
    return tuple(map(str, values))


def choice(
    value: Any, what: str, choices: Collection[str], error: Error = InvalidInputError
) -> str:
    """Return one of some texts; otherwise as `number`."""
    if not isinstance(value, str) or value not in choices:
        raise error(f'{what} is {shortened(value)}; expected one of {", ".join(choices)}')
    return value


def instance(value: Any, kind: type[Kind], what: str, error: Error = InvalidInputError) -> Kind:
    """Return what is of a class of ours; otherwise as `number`."""
    if not isinstance(value, kind):
        raise error(f'{what} is {shortened(value)}; expected a {kind.__name__}')
    return value


def mapping(value: Any, what: str, error: Error = InvalidInputError) -> Mapping[Any, Any]:
    """Return a mapping; otherwise as `number`."""
    if not isinstance(value, Mapping):
        raise error(f'{what} is {shortened(value)}; expected a mapping')
    return value


def entries(
    value: Any, keys: Collection[str], what: str, error: Error = InvalidInputError
) -> dict[str, Any]:
    """Return a mapping that has exactly these keys, as a dictionary; otherwise as `number`."""
    given = mapping(value, what, error)
    missing = [key for key in keys if key not in given]
    unknown = [key for key in given if key not in keys]
    if missing or unknown:
        wrong = f'lacks {", ".join(missing)}' if missing else f'has {shortened(unknown)}'
        raise error(f'{what} {wrong}; expected {", ".join(keys)}')
    return dict(given)


def shaped(
    values: Any, what: str, shape: tuple[int | None, ...], error: Error = InvalidInputError
) -> Array:
    """Return finite float64 numbers of one shape, None standing for any length."""
    array = numbers(values, what, error)
    _check_shape(array, what, shape, error)
    if not np.isfinite(array).all():
        raise error(f'{what} is {shortened(values)}; expected finite numbers')
    return array


def shaped_whole(
    values: Any, what: str, shape: tuple[int | None, ...], error: Error = InvalidInputError
) -> Integers:
    """Return int64 numbers of one shape; truths and fractions are none."""
    array = shaped(values, what, shape, error)
    rounded = array.astype(np.int64) if (np.abs(array) < 2**53).all() else None
    if rounded is None or (rounded != array).any() or _has_truths(values):
        raise error(f'{what} is {shortened(values)}; expected whole numbers')
    return rounded


def check_range(values: Array, largest: float, what: str, unit: str) -> None:
    """Raise `InvalidInputError` for the first row or vector with an entry of a greater size."""
    beyond = np.abs(values) > largest
    if beyond.any():
        where, row = what, values
        if values.ndim == 2:
            index = int(np.argmax(beyond.any(axis=1)))
            where, row = f'{what}[{index}]', values[index]
        raise InvalidInputError(
            f'{where} is {shortened(row.tolist())}, out of range; expected no more than '
            f'{largest:g} {unit} in size'
        )


def shortened_reason(reason: BaseException) -> str:
    """Return what an error says, on one line and not too long."""
    try:
        said = ' '.join(str(reason).split())
    except Exception:  # as in `shortened`
        said = ''
    said = said or type(reason).__name__
    return said if len(said) <= LONGEST else f'{said[:LONGEST]}…'


def _is_real(entry: Any) -> bool:
    """Say whether an entry of an array of objects is a number."""
    return isinstance(entry, number_types.Real | Decimal) and not isinstance(entry, bool)


def _scalar(value: Any, what: str, expected: str, error: Error) -> Array:
    """Return an array of no dimensions, or say what was expected instead of it."""
    try:
        array = numbers(value, what)
    except InvalidInputError as reason:
        raise error(f'{what} is {shortened(value)}; expected {expected}') from reason
    if array.shape != ():
        raise error(f'{what} is {shortened(value)}, of shape {array.shape}; expected {expected}')
    return array


def _check_shape(
    array: npt.NDArray[Any], what: str, shape: tuple[int | None, ...], error: Error
) -> None:
    fits = array.ndim == len(shape) and all(
        wanted is None or size == wanted for size, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ', '.join('n' if size is None else str(size) for size in shape)
        wanted += ',' if len(shape) == 1 else ''
        raise error(f'{what} has shape {array.shape}; expected ({wanted})')


def _has_truths(values: Any) -> bool:
    """Say whether the values, or the entries of a list of lists, are True or False."""
    if isinstance(values, np.ndarray):
        return values.dtype.kind == 'b'
    if isinstance(values, list | tuple):
        return any(_has_truths(each) for each in values)
    return isinstance(values, bool)


def _length(value: Collection[Any]) -> int:
    try:
        return len(value)
    except Exception:  # as in `shortened`
        return 0


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what an error says of a name that there is not: the nearest one, or all there are."""
    names = list(known)
    if nearest := difflib.get_close_matches(name, names, n=1, cutoff=0.5):
        return f"; did you mean '{nearest[0]}'?"
    return f'; expected some of {", ".join(names)}'
