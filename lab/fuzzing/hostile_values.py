# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What nobody should pass and somebody will: objects of wrong types, and types that seem right.

Each entry makes a fresh object, given a value that would be right, so that what is only unusual
(another byte order, a tensor) holds the right numbers.
"""

import array
import datetime
import decimal
import enum
import fractions
import pathlib
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np


class Raises:
    """An object whose every conversion raises an error that is nobody's business."""

    def _fail(self, *_: Any, **__: Any) -> Any:
        raise OSError('this object cannot be converted')

    __float__ = __int__ = __index__ = __len__ = __iter__ = __array__ = __bool__ = __complex__ = (
        _fail
    )
    __getitem__ = __lt__ = __gt__ = __le__ = __ge__ = __repr__ = __str__ = __format__ = _fail


class RaisesAtHalf:
    """A sequence that ends in an error after its first entry."""

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> float:
        if index:
            raise RuntimeError('the rest of this sequence is missing')
        return 0.1


class BadArray:
    """What says that it is an array, and gives something else."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return 'not an array'


class BadInterface:
    """What has an array interface that leads nowhere."""

    __array_interface__: ClassVar = {'shape': (3,), 'typestr': '<f8', 'data': 'none', 'version': 3}


class Length:
    """What claims to be longer than memory."""

    def __len__(self) -> int:
        return 2**62

    def __getitem__(self, index: int) -> float:
        return 0.0


class Colour(enum.Enum):
    """A member of an enumeration."""

    RED = 1


class FloatChild(float):
    """A float by another name."""


class ArrayChild(np.ndarray):
    """An array by another name."""


def _looped() -> list[Any]:
    values: list[Any] = [0.1, 0.2]
    values.append(values)
    return values


def _nested(depth: int) -> Any:
    value: Any = 1.0
    for _ in range(depth):
        value = [value]
    return value


Maker = Callable[[Any], Any]  # from a right value to a hostile one

PLAIN: dict[str, Maker] = {
    'None': lambda v: None,
    'True': lambda v: True,
    'False': lambda v: False,
    'text': lambda v: 'x',
    'text of a number': lambda v: '1',
    'empty text': lambda v: '',
    'a long text': lambda v: 'y' * 100_000,
    'bytes': lambda v: b'1',
    'bytearray': lambda v: bytearray(b'123'),
    '0': lambda v: 0,
    '-1': lambda v: -1,
    '10**400': lambda v: 10**400,
    '-10**400': lambda v: -(10**400),
    '2**63': lambda v: 2**63,
    'nan': lambda v: float('nan'),
    'inf': lambda v: float('inf'),
    '-inf': lambda v: -float('inf'),
    'denormal': lambda v: 5e-324,
    '1e308': lambda v: 1e308,
    'complex': lambda v: 1 + 1j,
    'fraction': lambda v: fractions.Fraction(1, 3),
    'decimal': lambda v: decimal.Decimal('0.1'),
    'signalling NaN': lambda v: decimal.Decimal('sNaN'),
    'date': lambda v: datetime.datetime(2026, 1, 1),
    'duration': lambda v: datetime.timedelta(seconds=1),
    'path': lambda v: pathlib.Path('robot.urdf'),
    'type': lambda v: float,
    'function': lambda v: len,
    'object': lambda v: object(),
    'ellipsis': lambda v: ...,
    'slice': lambda v: slice(3),
    'enumeration': lambda v: Colour.RED,
    'float subclass': lambda v: FloatChild(0.1),
    'conversions that raise': lambda v: Raises(),
    'numpy scalar': lambda v: np.float64(0.1),
    'numpy single': lambda v: np.float32(0.1),
    'numpy bool': lambda v: np.True_,
    'numpy text': lambda v: np.str_('x'),
}
CONTAINERS: dict[str, Maker] = {
    'empty list': lambda v: [],
    'list of an empty list': lambda v: [[]],
    'list of None': lambda v: [None, None, None],
    'list of texts': lambda v: ['a', 'b', 'c'],
    'list of huge': lambda v: [10**400, 0, 0],
    'list of complex': lambda v: [1j, 0, 0],
    'list of objects that raise': lambda v: [Raises(), Raises(), Raises()],
    'ragged list': lambda v: [[0.1, 0.2], [0.3]],
    'looped list': lambda v: _looped(),
    'nested list': lambda v: _nested(30),
    'deeply nested list': lambda v: _nested(100),
    'dictionary': lambda v: {'x': 1.0},
    'set': lambda v: {0.1, 0.2, 0.3},
    'generator': lambda v: (x for x in (0.1, 0.2, 0.3)),
    'range': lambda v: range(3),
    'sequence that breaks': lambda v: RaisesAtHalf(),
    'endless sequence': lambda v: Length(),
    'array.array': lambda v: array.array('d', [0.1, 0.2, 0.3]),
    'memoryview': lambda v: memoryview(b'123'),
    'bad array': lambda v: BadArray(),
    'bad interface': lambda v: BadInterface(),
}


def _as(dtype: Any) -> Maker:
    return lambda v: np.asarray(v, dtype=np.float64).astype(dtype)


def _masked(v: Any) -> Any:
    values = np.asarray(v, dtype=np.float64)
    return np.ma.masked_array(values, np.arange(values.size).reshape(values.shape) == 0)


ARRAYS: dict[str, Maker] = {
    '0-d array': lambda v: np.array(0.1),
    'array (0,)': lambda v: np.empty(0),
    'array (0, 3)': lambda v: np.empty((0, 3)),
    'array (3, 0)': lambda v: np.empty((3, 0)),
    'array (1, n)': lambda v: np.asarray(v, np.float64)[None],
    'array (n, 1, 1)': lambda v: np.asarray(v, np.float64)[..., None, None],
    'one too long': lambda v: np.append(np.asarray(v, np.float64), 0.1),
    'nan inside': lambda v: np.asarray(v, np.float64) * np.nan,
    'infinite inside': lambda v: np.asarray(v, np.float64) + np.inf,
    'masked': _masked,
    'all masked': lambda v: np.ma.masked_all(np.shape(v)),
    'masked constant': lambda v: np.ma.masked,
    'matrix': lambda v: np.matrix(np.atleast_1d(np.asarray(v, np.float64))),
    'subclass': lambda v: np.asarray(v, np.float64).view(ArrayChild),
    'objects': lambda v: np.asarray(v, np.float64).astype(object),
    'objects that raise': lambda v: _filled(Raises()),
    'objects None': lambda v: _filled(None),
    'complex array': _as(complex),
    'times': lambda v: np.zeros(np.shape(v), 'datetime64[s]'),
    'durations': lambda v: np.zeros(np.shape(v), 'timedelta64[s]'),
    'no time': lambda v: np.full(np.shape(v), 'NaT', 'datetime64[s]'),
    'structured': lambda v: np.zeros(np.shape(v), [('x', float), ('y', float)]),
    'record': lambda v: np.rec.array([(0.1, 0.2)], dtype=[('x', float), ('y', float)]),
    'texts': lambda v: np.asarray(v, np.float64).astype(str),
    'byte texts': lambda v: np.asarray(v, np.float64).astype('S8'),
    'no numbers': lambda v: np.array(['a', 'b', 'c']),
    'void': lambda v: np.zeros(np.shape(v), 'V8'),
    'bools': _as(bool),
    'int8': _as(np.int8),
    'uint64': lambda v: np.full(np.shape(v), 2**64 - 1, np.uint64),
    'big-endian': _as('>f8'),
    'half': _as(np.float16),
    'long double': _as(np.longdouble),
    'huge long double': lambda v: np.full(np.shape(v), np.longdouble('1e4000')),
    'read-only': lambda v: _frozen(v),
    'backwards': lambda v: np.ascontiguousarray(np.asarray(v, np.float64)[..., ::-1])[..., ::-1],
    'Fortran order': lambda v: np.asfortranarray(np.asarray(v, np.float64)),
}


def _filled(value: Any) -> Any:
    values = np.empty(3, dtype=object)
    for i in range(3):
        values[i] = value
    return values


def _frozen(v: Any) -> Any:
    values = np.array(v, dtype=np.float64)
    values.flags.writeable = False
    return values


def tensors() -> dict[str, Maker]:
    """Return tensors of torch and sparse matrices of scipy, where these are installed."""
    makers: dict[str, Maker] = {}
    try:
        import torch
    except ModuleNotFoundError:
        pass
    else:

        def tensor(v: Any, kind: Any) -> Any:
            return torch.as_tensor(np.asarray(v, np.float64)).to(kind)

        makers |= {
            'tensor': lambda v: tensor(v, torch.float64),
            'half tensor': lambda v: tensor(v, torch.float16),
            'bfloat tensor': lambda v: tensor(v, torch.bfloat16),
            'F8 tensor': lambda v: tensor(v, torch.float8_e4m3fn),
            'complex tensor': lambda v: tensor(v, torch.complex64),
            'tensor with gradient': lambda v: tensor(v, torch.float64).requires_grad_(),
            'tensor nowhere': lambda v: torch.empty(np.shape(v), device='meta'),
            'sparse tensor': lambda v: tensor(v, torch.float64).to_sparse(),
            'conjugated tensor': lambda v: tensor(v, torch.complex64).conj(),
            'dtype': lambda v: torch.float64,
        }
    try:
        from scipy import sparse
    except ModuleNotFoundError:
        pass
    else:
        makers['sparse'] = lambda v: sparse.csr_matrix(np.atleast_2d(np.asarray(v, np.float64)))
    return makers


def zoo() -> dict[str, Maker]:
    """Return all of them by name."""
    return {**PLAIN, **CONTAINERS, **ARRAYS, **tensors()}


def made(maker: Maker, right: Any) -> Any:
    """Return a hostile value made from a right one, or from three numbers where that has none."""
    try:
        return maker(right)
    except (TypeError, ValueError, IndexError):
        return maker([0.1, 0.2, 0.3])


def hostile_number(rng: np.random.Generator) -> float:
    """Return a number of any size, or none."""
    choice = rng.integers(8)
    if choice == 0:
        return float(rng.choice([np.nan, np.inf, -np.inf]))
    if choice == 1:
        return float(rng.choice([0.0, -0.0, 5e-324, 2.2e-308, -5e-324, 1e-300, 1.7e308, -1.7e308]))
    if choice == 2:
        return float(rng.choice([1e36, 1e38, 1e45, 1e76, 1e154, 1e155, 1e200, 1e6, 1.0001e6]))
    sign = float(rng.choice([-1.0, 1.0]))
    if choice <= 4:
        return sign * 10.0 ** rng.uniform(-320, 308)
    return sign * 10.0 ** rng.uniform(-9, 9)
