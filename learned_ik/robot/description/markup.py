# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From text to XML elements: as lenient as the parsers of ROS, and without entities."""

import re

from lxml import etree

from learned_ik.errors import UrdfError
from learned_ik.robot.description.names import shown

DECLARATION = re.compile(r'\s*<\?xml\b.*?\?>', re.DOTALL)
DOCUMENT_TYPE = re.compile(r'<!DOCTYPE|<!ENTITY', re.IGNORECASE)


def root_element(text: str, what: str, *, huge: bool = False) -> etree._Element:
    """Return the root element of a text.

    Args:
        text: of an XML document, in whatever encoding it declares: it is decoded already.
        what: how an error names the document.
        huge: allow for texts between two tags of more than ten million characters.

    Raises:
        UrdfError: it is not well-formed, or declares a document type.

    """
    if huge and DOCUMENT_TYPE.search(text):  # libxml2 would not guard against them then
        raise _has_document_type(what)
    root = _parsed(without_declaration(text), what, huge)
    if root.getroottree().docinfo.internalDTD is not None:
        raise _has_document_type(what)
    return root


def without_declaration(text: str) -> str:
    """Leave out what stands before the first element, but for line breaks: lines are named."""
    text = text.removeprefix('\ufeff')
    declaration = DECLARATION.match(text)
    start = declaration.end() if declaration is not None else len(text) - len(text.lstrip())
    return '\n' * text.count('\n', 0, start) + text[start:]


def _parsed(text: str, what: str, huge: bool) -> etree._Element:
    """Parse a text strictly; where that fails, once more without regard for what is harmless."""
    try:
        content = text.encode()  # lxml refuses text that declares an encoding of its own
        return etree.fromstring(content, _parser(huge))
    except UnicodeEncodeError as error:
        raise UrdfError(f'{what} is not well-formed XML: {shown(error)}') from error
    except etree.XMLSyntaxError as error:
        lenient = _parser(huge, recover=True)
        root = etree.fromstring(content, lenient)
        if root is None or not all(map(_is_harmless, lenient.error_log)):
            raise UrdfError(f'{what} is not well-formed XML: {shown(error)}') from error
        return root


def _parser(huge: bool, recover: bool = False) -> etree.XMLParser:
    # Entities can read files and grow without bound ("billion laughs"); nobody needs them here.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=huge,
        recover=recover,
    )


def _is_harmless(error: etree._LogEntry) -> bool:
    """Say whether ROS does not mind either: prefixes without a namespace, `--` in a comment."""
    return error.domain_name == 'NAMESPACE' or error.type_name == 'ERR_HYPHEN_IN_COMMENT'


def _has_document_type(what: str) -> UrdfError:
    return UrdfError(
        f'{what} has a document type declaration (<!DOCTYPE ...>), which is refused since '
        'entities can read files and exhaust memory; remove it'
    )
