# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The C that is written from the table of entries: a header for callers, and what is behind it.

An array of one dimension is a pointer and a size, one of two a pointer, rows and columns. Every
function returns 0, or 1 where arrays do not fit each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from learned_ik import __version__
from learned_ik.native.emission import LEVELS

NUMBERS = {'int64': 'int64_t', 'float64': 'double', 'float32': 'float'}  # in C
READ_ONLY = ('layout', 'robot', 'weights', 'body_layout', 'shapes')  # what no kernel writes to
LETTERS = {'int64': 'l', 'float64': 'd', 'float32': 'f'}  # as a buffer says it

LICENCE = """/* Copyright 2026 The learned_ik authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * {} Written by learned_ik/native/c_sources.py. */
"""


# An array as numba passes it: no memory of its own, no parent, size, item, data, shape, strides.
MACROS = (
    '#define ARRAY1(a) NULL, NULL, (a).shape[0], (a).strides[0], (a).data, (a).shape[0], '
    '(a).strides[0]',
    '#define ARRAY2(a) NULL, NULL, (a).shape[0] * (a).shape[1], (a).strides[1], (a).data, '
    '(a).shape[0], (a).shape[1], (a).strides[0], (a).strides[1]',
    '#define ITEM(a) (int64_t)sizeof(*(a))',
    '#define VECTOR(a) NULL, NULL, a##_size, ITEM(a), (void *)a, a##_size, ITEM(a)',
    '#define MATRIX(a) NULL, NULL, a##_rows * a##_columns, ITEM(a), (void *)a, a##_rows, '
    'a##_columns, a##_columns * ITEM(a), ITEM(a)',
)


class EntrySignature(NamedTuple):
    """What an entry is called, gives, and takes."""

    name: str
    result: str
    arguments: Sequence[tuple[str, str]]  # name and type, as `kernels/entries.py` says


def kernels_header(entries: Sequence[EntrySignature], numbers: Mapping[str, int]) -> str:
    """Return `kernels.h`, for C and C++.

    Args:
        entries: all of them.
        numbers: constants by name, as `named_numbers.py` has them.

    """
    lines = [
        LICENCE.format('The kernels of learned_ik, as one calls them from C.'),
        '#ifndef LEARNED_IK_KERNELS_H',
        '#define LEARNED_IK_KERNELS_H',
        '#include <stdint.h>',
        f'#define LEARNED_IK_VERSION "{__version__}"',
        '#ifndef LEARNED_IK_API /* set while the library itself is compiled */',
        '#define LEARNED_IK_API',
        '#endif',
        '#ifdef __cplusplus',
        'extern "C" {',
        '#endif',
        '',
        '/* The version of the library; the header has its own. */',
        'LEARNED_IK_API const char *learned_ik_version(void);',
        '/* The hash of the kernels that it was made of. */',
        'LEARNED_IK_API const char *learned_ik_sources(void);',
        '/* The processor whose code is used; NULL where this one is too old for any. */',
        'LEARNED_IK_API const char *learned_ik_level(void);',
        '/* Use the code for a processor: 0, or 1 where there is none, or none that runs here. */',
        'LEARNED_IK_API int learned_ik_use(const char *level);',
        '',
    ]
    lines += [
        '/* Places in the flat arrays, as learned_ik/kernels/layout.py and body_layout.py say. */',
        *(f'#define LEARNED_IK_{name} {_literal(value)}' for name, value in numbers.items()),
        '',
    ]
    lines += [f'LEARNED_IK_API {_prototype(entry)};\n' for entry in entries]
    return '\n'.join([*lines, '#ifdef __cplusplus', '}', '#endif', '#endif', ''])


def entries_source(
    entries: Sequence[EntrySignature], levels: Sequence[str], sources: str, mark: str
) -> str:
    """Return `entries.c`: each entry for C and for `python_module.c`, and the code of each level.

    Args:
        entries: all of them.
        levels: processors for which there is code, the best first.
        sources: hash of the kernels.
        mark: what the library shall hold, to be found in the file.

    """
    body = [
        LICENCE.format('Every entry, for C and for Python.'),
        '#include <stddef.h>',
        '#include "kernels.h"',
        '#include "entries.h"',
    ]
    for level in levels:
        names = [f'numba_{each.name}_{LEVELS[level]}' for each in entries]
        body += [
            f'int32_t {name}({_numba_types(each)});'
            for name, each in zip(names, entries, strict=True)
        ]
        body.append(f'static const Kernels KERNELS_{LEVELS[level]} = {{{", ".join(names)}}};')
    rows = ', '.join(f'{{"{level}", &KERNELS_{LEVELS[level]}}}' for level in levels)
    body += [
        f'const Level LEVELS[LEVEL_COUNT] = {{{rows}}};',
        f'__attribute__((used)) static const char MARK[] = "{mark}";',
        f'const char *learned_ik_sources(void) {{ return "{sources}"; }}',
        *MACROS,
        '/* numba says 0 for a value, -2 for none. */',
        '#define FAILED(status) ((status) != 0 && (status) != -2)',
    ]
    for entry in entries:
        body += [*_python_call(entry), *_c_call(entry)]
    return '\n'.join([*body, *_table(entries), ''])


def entries_header(entries: Sequence[EntrySignature], levels: Sequence[str]) -> str:
    """Return `entries.h`, which `python_module.c` shares with `entries.c`."""
    most = max(len(each.arguments) for each in entries)
    fields = '\n'.join(f'    int32_t (*{each.name})({_numba_types(each)});' for each in entries)
    return f"""{LICENCE.format('What entries.c, levels.c and python_module.c share.')}
#include <stdint.h>
#define ENTRY_COUNT {len(entries)}
#define LEVEL_COUNT {len(levels)}
#define MOST_ARGUMENTS {most}
#define OLDEST_LEVEL "{levels[-1]}"
#define HIDDEN __attribute__((visibility("hidden")))

typedef struct {{ /* the code for one processor, as numba has it called */
{fields}
}} Kernels;
typedef struct {{
    const char *name;
    const Kernels *kernels;
}} Level;
extern HIDDEN const Level LEVELS[LEVEL_COUNT]; /* the best first */
extern HIDDEN const Kernels *kernels;          /* the ones that are used */

typedef struct {{
    void *data;
    int64_t shape[2], strides[2]; /* strides in bytes */
}} Array;
typedef union {{
    Array array;
    int64_t integer;
    double number;
    uint8_t flag;
}} Value;
typedef struct {{
    const char *name;
    const char *words;      /* l d f with 1, 2 or *: an array; i n b: an integer, number, flag */
    const uint8_t *places;  /* where in the words each argument stands */
    int count;              /* of arguments */
    char result;            /* i, b, or 0 */
    int (*call)(const Value *values, int64_t *result);
}} Entry;
extern HIDDEN const Entry ENTRIES[ENTRY_COUNT];
"""


def _literal(value: int) -> str:
    return str(value) if value >= 0 else f'({value})'


def _split(kind: str) -> tuple[str, str]:
    """Return the number of a type, and its dimensions: '', '1', '2' or '*'."""
    number, bracket, rest = kind.partition('[')
    return number, '' if not bracket else '*' if rest == '*]' else '2' if '][' in rest else '1'


def _numba_types(entry: EntrySignature) -> str:
    """Return what numba's code takes, in C."""
    taken = ['void *', 'void **']  # result, error
    for _, kind in entry.arguments:
        number, dimensions = _split(kind)
        if dimensions:
            sizes = 4 if dimensions == '2' else 2
            taken += ['void *', 'void *', 'int64_t', 'int64_t', 'void *', *sizes * ['int64_t']]
        else:
            taken.append({'boolean': 'uint8_t'}.get(number) or NUMBERS[number])
    return ', '.join(taken)


def _prototype(entry: EntrySignature) -> str:
    taken = [] if entry.result == 'none' else ['int64_t *result']
    for name, kind in entry.arguments:
        number, dimensions = _split(kind)
        if dimensions:
            const = 'const ' if dimensions == '*' or name in READ_ONLY else ''
            taken.append(f'{const}{NUMBERS[number]} *{name}')
            ends = ('rows', 'columns') if dimensions == '2' else ('size',)
            taken += [f'int64_t {name}_{end}' for end in ends]
        else:
            taken.append(f'int {name}' if number == 'boolean' else f'{NUMBERS[number]} {name}')
    return f'int learned_ik_{entry.name}({", ".join(taken)})'


def _c_call(entry: EntrySignature) -> Iterator[str]:
    """Yield the function that C calls."""
    macros = {'1': 'VECTOR', '2': 'MATRIX', '*': 'VECTOR'}
    passed = []
    for name, kind in entry.arguments:
        number, dimensions = _split(kind)
        if dimensions:
            passed.append(f'{macros[dimensions]}({name})')
        else:
            passed.append(f'({name} != 0)' if number == 'boolean' else name)
    yield f'{_prototype(entry)} {{'
    yield '    if (kernels == NULL) return 1;'
    yield from _numba_call(entry, passed)


def _python_call(entry: EntrySignature) -> Iterator[str]:
    """Yield the function that `python_module.c` calls."""
    macros = {'1': 'ARRAY1', '2': 'ARRAY2', '*': 'ARRAY1'}
    fields = {'boolean': 'flag', 'int64': 'integer', 'float64': 'number'}
    passed = []
    for k, (_, kind) in enumerate(entry.arguments):
        number, dimensions = _split(kind)
        passed.append(
            f'{macros[dimensions]}(v[{k}].array)' if dimensions else f'v[{k}].{fields[number]}'
        )
    yield f'static int call_{entry.name}(const Value *v, int64_t *result) {{'
    yield '    (void)result;'  # which not every entry has
    yield from _numba_call(entry, passed)


def _numba_call(entry: EntrySignature, passed: Sequence[str]) -> Iterator[str]:
    """Yield the rest of a function, which has numba's code called with these arguments."""
    yield '    int64_t value = 0;'
    yield '    void *error = NULL;'
    given = ', '.join(['&value', '&error', *passed])
    yield f'    const int32_t status = kernels->{entry.name}({given});'
    if entry.result != 'none':
        yield f'    *result = {_result(entry)};'
    yield '    return FAILED(status);'
    yield '}'


def _result(entry: EntrySignature) -> str:
    return '*(uint8_t *)&value' if entry.result == 'boolean' else 'value'


def _table(entries: Sequence[EntrySignature]) -> Iterator[str]:
    rows = []
    for entry in entries:
        words = [_word(kind) for _, kind in entry.arguments]
        places = [sum(map(len, words[:k])) for k in range(len(words) + 1)]
        yield f'static const uint8_t PLACES_{entry.name}[] = {{{", ".join(map(str, places))}}};'
        result = {'none': '0', 'int64': "'i'", 'boolean': "'b'"}[entry.result]
        called = f'{len(words)}, {result}, call_{entry.name}'
        rows.append(f'    {{"{entry.name}", "{"".join(words)}", PLACES_{entry.name}, {called}}},')
    yield from ['const Entry ENTRIES[ENTRY_COUNT] = {', *rows, '};']


def _word(kind: str) -> str:
    number, dimensions = _split(kind)
    if dimensions:
        return LETTERS[number] + dimensions
    return {'int64': 'i', 'float64': 'n', 'boolean': 'b'}[number]
