# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`experiment`: a table or figure of the paper, made again beside ours."""

import dataclasses
from pathlib import Path
from typing import Literal

from tyro.conf import Positional

from learned_ik.commands.result import Result
from learned_ik.commands.training_files import check_writable
from learned_ik.errors import TrainingError

Name = Literal[
    'table1', 'fig1', 'fig2', 'fig3', 'fig4', 'fig5', 'table2', 'fig6', 'related', 'all'
]


@dataclasses.dataclass(frozen=True)
class Experiment:
    """Make a table or figure of the paper again, or all of them, and a page that shows them.

    Trained networks are kept in OUT/networks: a run that was interrupted goes on from there, and
    experiments that show the same network train it once.
    """

    name: Positional[Name]  # which one; related: the methods that the paper names beside its own
    budget: Literal['quick', 'standard', 'full'] = (
        'quick'  # a minute; an hour on 2 cores; the paper's 1.6 million steps, for a cluster
    )
    out: Path = Path('experiments')  # folder for NAME.json, NAME.png and index.md
    device: str = 'cpu'  # that trains: 'cpu', 'cuda', ...
    jobs: int = 1  # trainings at the same time, each in a process of its own; -1: one a core
    json: bool = False  # print one JSON object, and nothing else, on standard output

    def run(self, command: str) -> Result:
        """Train, measure, draw, write, and tell what came of it."""
        check_writable(self.out / 'index.md')
        try:
            from lab.paper import experiment_run
            from lab.paper.presentation import experiment_page
        except ModuleNotFoundError as error:
            if error.name not in ('torch', 'matplotlib', 'rich'):
                raise
            raise TrainingError(
                f'experiments need {error.name}, which is not installed: pip install '
                "'learned_ik[train]'"
            ) from error
        budget = dataclasses.replace(experiment_run.budget_named(self.budget), device=self.device)
        results = experiment_run.run(self.name, budget, self.out, command, self.jobs)
        sections = [experiment_page.text_of(name, result) for name, result in results.items()]
        index = self.out / experiment_page.PAGE
        content = {'out': str(self.out), 'page': str(index), 'results': results}
        return Result(content, '\n'.join([*sections, f'all of it: {index}']))
