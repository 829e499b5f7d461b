# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Write include/learned_ik/kernels.h from the table of entries; `--print`: to standard output.

python scripts/kernels_header.py
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = ROOT / 'include' / 'learned_ik' / 'kernels.h'

os.environ['LEARNED_IK_KERNELS'] = 'jit'  # which knows the names of arguments
sys.path.insert(0, str(ROOT))

from learned_ik.native.c_sources import EntrySignature, kernels_header  # noqa: E402
from learned_ik.native.emission import description  # noqa: E402


def main() -> None:
    """Write the header."""
    described = description()
    entries = [EntrySignature(*each) for each in described['entries']]
    text = kernels_header(entries, described['numbers'])
    if sys.argv[1:] == ['--print']:
        print(text, end='')
    else:
        HEADER.write_text(text)


if __name__ == '__main__':
    main()
