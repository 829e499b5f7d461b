# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik.errors import ConfigurationError, UnknownLinkError
from learned_ik.robot.named import RobotConfig, chain_from_file


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Put a folder of robots in the place of the package's own."""
    (tmp_path / 'config').mkdir()
    monkeypatch.setattr('learned_ik.resources.roots', lambda: iter([tmp_path]))
    return tmp_path


def test_the_tiago_arm_has_a_name(tiago):
    robot = RobotConfig.named('tiago_arm')
    assert robot.name == 'tiago_arm'
    assert robot.chain().fingerprint == tiago.fingerprint
    assert robot.model.parts[-2:] == ('models', 'tiago_arm.safetensors')
    assert robot.model.parent.parent == robot.urdf.parent.parent


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"no robot 'tiago'; there are: .*tiago_arm"):
        RobotConfig.named('tiago')
    with pytest.raises(ConfigurationError, match='no robot'):
        RobotConfig.named('../config/tiago_arm')


def test_a_wrong_key_names_the_file(folder):
    (folder / 'config' / 'arm.yaml').write_text('name: arm\nurdf: a\nbase_lnk: b\ntip_link: c\n')
    with pytest.raises(ConfigurationError, match=r"arm\.yaml: .*'base_lnk'.*'base_link'"):
        RobotConfig.named('arm')


def test_a_yaml_file_of_ones_own_has_its_paths_beside_it(tmp_path):
    text = 'name: arm\nurdf: ../urdf/arm.urdf\nbase_link: b\ntip_link: c\nmodel: arm.safetensors\n'
    (tmp_path / 'robots').mkdir()
    (tmp_path / 'robots' / 'arm.yaml').write_text(text)
    robot = RobotConfig.named(str(tmp_path / 'robots' / 'arm.yaml'))
    assert robot.urdf == tmp_path / 'urdf' / 'arm.urdf'
    assert robot.model == tmp_path / 'robots' / 'arm.safetensors'
    with pytest.raises(ConfigurationError, match='cannot be read'):
        RobotConfig.named(str(tmp_path / 'none.yaml'))


def test_links_are_checked_against_the_urdf(folder):
    text = 'name: arm\nurdf: arm.urdf\nbase_link: b\ntip_link: c\n'
    (folder / 'config' / 'arm.yaml').write_text(text)
    (folder / 'config' / 'arm.urdf').write_text('<robot name="r"><link name="base"/></robot>')
    with pytest.raises(UnknownLinkError, match="'b'"):
        RobotConfig.named('arm').chain()


def test_a_urdf_that_cannot_be_read_is_named(tmp_path):
    for path in (tmp_path / 'none.urdf', tmp_path):
        with pytest.raises(ConfigurationError, match='cannot be read'):
            chain_from_file(path)
