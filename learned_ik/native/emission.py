# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One kernel after the other to object code, for one processor: a process of its own.

    python -m learned_ik.native.emission FOLDER LEVEL [TRIPLE]

numba compiles the very functions and types that it compiles just in time, and optimises them for
the processor that its settings name: so the answers are the same, to the bit. For a processor of
another kind (a triple is given) numba leaves its code as it is, and LLVM optimises it.

What this leans on, beyond numba's documented interface: the options `_nrt`, `forceinline`,
`no_cpython_wrapper` and `no_cfunc_wrapper`; the calling convention, `int32 f(result*, error**,
...)` with seven values for an array of one dimension and nine for one of two; that the mangled
name of a function holds its own; and one function of numba's runtime: `numba_runtime.c` has it.
"""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIGNATURES = 'entries.json'  # what was compiled: names, results, names and types of arguments
LEVELS = {'x86-64-v2': 'v2', 'x86-64-v3': 'v3', 'generic': 'generic'}  # and ends of symbols


def settings(level: str, triple: str | None) -> dict[str, str]:
    """Return the environment in which numba compiles for a processor."""
    return {
        **os.environ,
        'LEARNED_IK_KERNELS': 'jit',
        'NUMBA_DISABLE_JIT': '0',
        'NUMBA_DISABLE_INTEL_SVML': '1',  # a library that other machines lack
        'NUMBA_CPU_NAME': 'generic' if triple else level,
        'NUMBA_CPU_FEATURES': '',
        'NUMBA_OPT': '0' if triple else '3',
        'NUMBA_CACHE_DIR': '/nonexistent',
        # In front of what is there: pip's isolated builds find numba by it.
        'PYTHONPATH': os.pathsep.join(
            [str(Path(__file__).parents[2]), *filter(None, [os.environ.get('PYTHONPATH')])]
        ),
    }


def emit_all(folder: Path, level: str, triple: str | None) -> None:
    """Write NAME.LEVEL.o for every entry, and say the name of each that is done."""
    import llvmlite.binding as llvm

    from learned_ik.kernels.entries import ENTRIES, arguments_of

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple or llvm.get_process_triple())
    machine = target.create_target_machine(cpu=level, opt=3, reloc='pic', codemodel='default')
    for group in ENTRIES.values():
        for entry, (result, words) in group.items():
            kernel: Any = entry
            name, types = kernel.__name__, arguments_of(words)
            text = intermediate_code(kernel.py_func, result, types, level)
            module = module_of(text, f'numba_{name}_{LEVELS[level]}', machine, triple)
            (folder / f'{name}.{LEVELS[level]}.o').write_bytes(machine.emit_object(module))
            print(name, flush=True)
    temporary = folder / f'{SIGNATURES}.{os.getpid()}'  # other levels' processes write the same
    temporary.write_text(json.dumps(description()))
    temporary.replace(folder / SIGNATURES)


def description() -> dict[str, Any]:
    """Return what C has to know: entries with their results and arguments, and numbers by name."""
    import inspect

    from learned_ik.kernels.entries import ENTRIES, arguments_of
    from learned_ik.native.named_numbers import named_numbers

    entries = []
    for group in ENTRIES.values():
        for entry, (result, words) in group.items():
            kernel: Any = entry
            names = inspect.signature(kernel.py_func).parameters
            arguments = list(zip(names, arguments_of(words), strict=True))
            entries.append((kernel.__name__, result, arguments))
    return {'entries': entries, 'numbers': named_numbers()}


def intermediate_code(function: Callable, result: str, arguments: list[str], level: str) -> str:
    """Return LLVM's code of a kernel and all that it calls, with a plain name for the kernel."""
    import numba

    from learned_ik.kernels.jit.just_in_time import OPTIONS, UNWRAPPED, signature_of

    options: dict[str, Any] = {**OPTIONS, **UNWRAPPED}
    dispatcher = numba.njit(**options)(function)
    signature = signature_of(result, arguments)
    dispatcher.compile(signature)
    text = dispatcher.inspect_llvm(dispatcher.signatures[0])
    name = function.__name__
    mangled = set(
        re.findall(rf'^define [^@\n]*@("?_ZN[^( ]*{len(name)}{name}[^( ]*)\(', text, re.M)
    )
    if len(mangled) != 1:
        raise RuntimeError(f'{name} has the symbols {sorted(mangled)}; expected one')
    return re.sub(re.escape(mangled.pop()) + r'(?=\()', f'numba_{name}_{LEVELS[level]}', text)


def module_of(text: str, symbol: str, machine: Any, triple: str | None) -> Any:
    """Return a module that shows one symbol and no other, optimised where numba has not."""
    import llvmlite.binding as llvm

    if triple:
        text = re.sub(r'^target triple = .*$', f'target triple = "{triple}"', text, flags=re.M)
        layout = f'target datalayout = "{machine.target_data}"'
        text = re.sub(r'^target datalayout = .*$', layout, text, flags=re.M)
    module = llvm.parse_assembly(text)
    module.get_function(symbol).visibility = 'hidden'
    for each in (*module.functions, *module.global_variables):
        if not each.is_declaration and each.name != symbol:
            each.linkage = 'internal'
    module.verify()
    if triple:
        tuning = llvm.create_pipeline_tuning_options(speed_level=3)
        tuning.loop_vectorization = True
        passes = llvm.create_pass_builder(machine, tuning)
        passes.getModulePassManager().run(module, passes)
    return module


if __name__ == '__main__':
    emit_all(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
