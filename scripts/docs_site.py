# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What `make docs` adds to the pages in docs/: the files beside that folder to which they link.

A hook of MkDocs, which knows only docs/ itself. Pages link to examples, measurements and other
files of the repository, by paths that work there. Each file that is linked gets a page of its own:
Markdown as it is, other text as a block of code, a folder as a list of its files.
"""

import ast
import posixpath
import re
from collections.abc import Callable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r'(?<=\]\()(?!\w+:|#)([^)\s#]+)(?=[)#])')
CHANGELOG = 'CHANGELOG.rst'  # as ROS wants it
OUTSIDE = (CHANGELOG, 'CONTRIBUTING.md', 'lab/README.md')  # what mkdocs.yml names of these files
# READMEs are for who reads the folders without the site, where these pages say the same
READMES = {
    'README.md': 'index.md',
    'docs/README.md': 'index.md',
    'docs/experiments/README.md': 'paper.md',
}
LANGUAGES = {'.cff': 'yaml', '.hpp': 'cpp', '.py': 'python', '.yml': 'yaml'}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the pages link to, and what these pages link to in turn."""
    waiting = [f'docs/{page.src_uri}' for page in files.documentation_pages()]
    waiting += OUTSIDE
    while waiting:
        path = waiting.pop()
        if not path.startswith('docs/'):
            if files.get_file_from_path(source(path)):
                continue
            files.append(generated(config, path))
        if path.endswith('.md') or (ROOT / path).is_dir():
            waiting += [each for each in linked(path) if not each.startswith('docs/')]
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Let links that leave docs/ lead to the pages that were added."""
    path = page.file.src_uri
    folder = posixpath.dirname(origin(path))

    def led(target: str) -> str:
        aim = posixpath.normpath(posixpath.join(folder, target))
        return posixpath.relpath(source(aim), posixpath.dirname(path) or '.')

    return relinked(markdown, led)


def on_page_content(html: str, **_: object) -> str:
    """Let names of ROS types in tables be broken at their slashes."""
    return re.sub(
        r'(?<=<code>)[\w/]+(?=</code>)', lambda c: c.group().replace('/', '/<wbr>'), html
    )


def relinked(markdown: str, led: Callable[[str], str]) -> str:
    """Return Markdown with another target for each relative link."""
    return LINK.sub(lambda link: led(link.group(1)), markdown)


def source(path: str) -> str:
    """Return the page of the site that a file of the repository becomes."""
    if path in READMES:
        return READMES[path]
    if path.startswith('docs/') or path.endswith(('.md', '.png')):
        return path.removeprefix('docs/')
    return 'changelog.md' if path == CHANGELOG else f'{path}.md'


def origin(page: str) -> str:
    """Return the file of the repository from which a page of the site is made."""
    if (ROOT / 'docs' / page).exists():
        return f'docs/{page}'
    if page == 'changelog.md':
        return CHANGELOG
    return page if (ROOT / page).exists() else page.removesuffix('.md')


def linked(path: str) -> list[str]:
    """Return the files of the repository to which a page, or the list of a folder, links."""
    folder = posixpath.dirname(path)
    links = LINK.findall(content(path))
    targets = [posixpath.normpath(posixpath.join(folder, link)) for link in links]
    return [target for target in targets if (ROOT / target).exists()]


def generated(config: MkDocsConfig, path: str) -> File:
    """Return a page made of a file of the repository, or of a folder."""
    uri, place = source(path), ROOT / path
    if path.endswith('.png'):
        return File.generated(config, uri, abs_src_path=str(place))
    return File.generated(config, uri, content=content(path), inclusion=InclusionLevel.NOT_IN_NAV)


def content(path: str) -> str:
    """Return a file or folder of the repository as Markdown."""
    place = ROOT / path
    if place.is_dir():
        inside = sorted(each for each in place.iterdir() if each.suffix or each.is_dir())
        rows = [f'| [{each.name}]({place.name}/{each.name}) | {about(each)} |' for each in inside]
        return '\n'.join([f'# {path}\n', '| | |', '| --- | --- |', *rows])
    text = place.read_text(encoding='utf-8')
    if path == CHANGELOG:
        return from_changelog(text)
    if path.endswith('.md'):
        return text
    language = LANGUAGES.get(place.suffix, place.suffix.lstrip('.') or 'text')
    return f'# {path}\n\n````{language}\n{text}````\n'


def about(place: Path) -> str:
    """Return the first line of what a program says of itself."""
    if place.suffix != '.py':
        return ''
    said = ast.get_docstring(ast.parse(place.read_text(encoding='utf-8')))
    return (said or '').partition('\n')[0]


def from_changelog(text: str) -> str:
    """Return a changelog in the form that ROS wants, as Markdown."""
    text = re.sub(r'^\^+\n(.+)\n\^+$', r'# \1', text, flags=re.M)
    text = re.sub(r'^(.+)\n-{3,}$', r'## \1\n', text, flags=re.M)
    return text.replace('``', '`')
