# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The results of a folder as one page in Markdown: claims, pictures, tables, what they cost."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lab.paper.presentation.results import OUTCOMES, UNDECIDED, Cell, Claim, Report, Table
from learned_ik.files import write_atomically
from learned_ik.learning.training_config import PAPER
from learned_ik.viewing.markdown import code, escaped

PAGE = 'index.md'
PAPERS, OURS = "the paper's recipe", 'the default recipe'
VERDICTS = {True: 'yes', False: '**no**'}
MEANINGLESS = 'quick'  # the budget with which networks hardly learn, and no claim is judged


def write_page(folder: Path, names: Iterable[str]) -> Path:
    """Write the page of all results in a folder, in the order of names; return its path."""
    results, missing = {}, []
    for name in names:
        path = folder / f'{name}.json'
        if path.exists():
            results[name] = json.loads(path.read_text(encoding='utf-8'))
        else:
            missing.append(name)
    page = folder / PAGE
    write_atomically(page, ('\n'.join(_lines(results, missing)) + '\n').encode(), 'page')
    return page


def text_of(name: str, result: Mapping[str, Any]) -> str:
    """Return one experiment's section of the page."""
    return '\n'.join(_section(name, result))


def _lines(results: Mapping[str, Mapping[str, Any]], missing: Iterable[str]) -> Iterator[str]:
    yield '# The paper, reproduced'
    yield ''
    yield (
        'B. Stephan, I. Dontsov, S. Müller, H.-M. Gross, "On Learning of Inverse Kinematics for '
        'Highly Redundant Robots with Neural Networks": its tables and figures, made again by '
        '`python -m learned_ik experiment`, beside those of the default recipe. '
        "Position errors are L2, also as a share of the arm's maximum range; rotation errors are "
        'the angle of R_in R_N⁻¹ (section II-D). "The paper\'s recipe" is its network, loss and '
        'schedule, on as many samples as said.'
    )
    yield ''
    yield from _claims(results)
    for name, result in results.items():
        yield from _section(name, result)
    for name in missing:
        yield f'## {name}'
        yield ''
        yield f'Not run yet: {code(_command_for(name, results))}'
        yield ''


def _command_for(missing: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how to run what is missing: as the others were."""
    for name, result in results.items():
        if f'experiment {name}' in result['command']:
            return result['command'].replace(f'experiment {name}', f'experiment {missing}')
    return f'python -m learned_ik experiment {missing}'


def _claims(results: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    found: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    judged = {
        name: result for name, result in results.items() if result['budget']['name'] != MEANINGLESS
    }
    for name, result in judged.items():
        settled = result['budget']['samples'] >= PAPER.samples
        for claim in Report.from_dict(result).claims:
            outcome = claim.outcome(settled)
            found[outcome].append(_line(name, claim, outcome, result['budget']))
    yield '## Conclusions: what the paper claims, and what these numbers say'
    yield ''
    unjudged = ', '.join(name for name in results if name not in judged)
    if unjudged:
        yield (
            f'Budget {MEANINGLESS}: networks have hardly learned, the numbers mean nothing, and '
            f'no claim is judged by them: {unjudged}.'
        )
        yield ''
    if not judged:
        return
    counts = '; '.join(f'{len(lines)} {outcome}' for outcome, lines in found.items())
    budgets = sorted({result['budget']['name'] for result in judged.values()})
    yield (
        f"Budget {', '.join(budgets)}: {counts}. With fewer than the paper's "
        f'{PAPER.samples / 1e6:.0f} million samples, networks of its recipe may just not have '
        'settled: where they alone say no, the claim is undecided.'
    )
    yield ''
    for outcome, lines in found.items():
        if lines:
            yield f'### {outcome.capitalize()}'
            yield ''
            yield from lines
            yield ''


def _line(name: str, claim: Claim, outcome: str, budget: Mapping[str, Any]) -> str:
    verdicts = ((PAPERS, claim.paper_recipe), (OURS, claim.default_recipe))
    said = ', '.join(f'{who}: {VERDICTS[says]}' for who, says in verdicts if says is not None)
    place = f'section {claim.section}, [{name}](#{name})'
    line = f'- **{claim.statement}** ({place}). {_capital(said)}. {_capital(claim.numbers)}.'
    if outcome != UNDECIDED:
        return line
    samples = f'{budget["samples"] / 1e6:g} of {PAPER.samples / 1e6:g} million samples'
    return f'{line} Not trained to the end: the networks of {name}, {samples} each.'


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _section(name: str, result: Mapping[str, Any]) -> Iterator[str]:
    report = Report.from_dict(result)
    cost = result['processor_seconds']
    yield f'## {escaped(name)}'
    yield ''
    yield f'**{escaped(result["title"])}**'
    yield ''
    yield (
        f'{code(result["command"])}, {escaped(result["date"])}: '
        f'{len(result["networks"])} networks, {result["samples"] / 1e6:.4g} million samples in '
        f'all, {cost["training"]:.0f} s of '
        f'processor time for training and {cost["measuring"]:.0f} s for the rest.'
    )
    yield ''
    for picture in report.pictures:
        yield f'![{escaped(picture.caption)}]({quote(picture.file)})'
        yield ''
        yield f'*{escaped(picture.caption)}*'
        yield ''
    for table in report.tables:
        yield from _table(table)
    for note in report.notes:
        yield f'- {note}'
    if report.notes:
        yield ''


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield escaped(table.caption)
        yield ''
    yield _row(map(escaped, table.columns))
    yield _row('---' for _ in table.columns)
    for row in table.rows:
        yield _row(map(shown, row))
    yield ''


def _row(cells: Iterable[str]) -> str:
    return f'| {" | ".join(cells)} |'


def shown(cell: Cell) -> str:
    """Return a cell as text: numbers with three digits that mean something."""
    if cell is None:
        return '–'
    if isinstance(cell, float):
        if 0 < abs(cell) < 1e-3:
            return '< 0.001'
        return f'{cell:.0f}' if abs(cell) >= 100 else f'{cell:.3g}'
    return escaped(cell)
