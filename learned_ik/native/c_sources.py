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
LETTERS = {'int64': 'l', 'float64': 'd', 'float32': 'f'}  # as a buffer says it

LICENCE = """/* Copyright 2026 The learned_ik authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * {} Written by learned_ik/native/c_sources.py. */
"""


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
        '#define ARRAY1(a) NULL, NULL, (a).shape[0], (a).strides[0], (a).data, (a).shape[0], '
        '(a).strides[0]',
        '#define ARRAY2(a) NULL, NULL, (a).shape[0] * (a).shape[1], (a).strides[1], (a).data, '
        '(a).shape[0], (a).shape[1], (a).strides[0], (a).strides[1]',
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


READ_ONLY = ('layout', 'robot', 'weights', 'body_layout', 'shapes')  # what no kernel writes to


def _c_call(entry: EntrySignature) -> Iterator[str]:
    passed = ['&value', '&error']
    for name, kind in entry.arguments:
        number, dimensions = _split(kind)
        if not dimensions:
            passed.append(f'({name} != 0)' if number == 'boolean' else name)
            continue
        size = f'(int64_t)sizeof({NUMBERS[number]})'
        if dimensions == '2':
            rows, columns = f'{name}_rows', f'{name}_columns'
            passed += [
                'NULL',
                'NULL',
                f'{rows} * {columns}',
                size,
                f'(void *){name}',
                rows,
                columns,
            ]
            passed += [f'{columns} * {size}', size]
        else:
            passed += [
                'NULL',
                'NULL',
                f'{name}_size',
                size,
                f'(void *){name}',
                f'{name}_size',
                size,
            ]
    yield f'{_prototype(entry)} {{'
    yield '    int64_t value = 0;'
    yield '    void *error = NULL;'
    yield '    if (kernels == NULL) return 1;'
    yield f'    const int32_t status = kernels->{entry.name}({", ".join(passed)});'
    if entry.result != 'none':
        yield f'    *result = {_result(entry)};'
    yield '    return FAILED(status);'
    yield '}'


def _python_call(entry: EntrySignature) -> Iterator[str]:
    passed = ['&value', '&error']
    for k, (_, kind) in enumerate(entry.arguments):
        number, dimensions = _split(kind)
        if dimensions:
            passed.append(f'ARRAY{"2" if dimensions == "2" else "1"}(v[{k}].array)')
        else:
            field = {'boolean': 'flag', 'int64': 'integer', 'float64': 'number'}[number]
            passed.append(f'v[{k}].{field}')
    yield f'static int call_{entry.name}(const Value *v, int64_t *result) {{'
    yield '    int64_t value = 0;'
    yield '    void *error = NULL;'
    yield f'    const int32_t status = kernels->{entry.name}({", ".join(passed)});'
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
