# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How learned_ik is installed, by pip and by colcon (ament_python)."""

from glob import glob

from setuptools import find_packages, setup

package_name = 'learned_ik'

setup(
    name=package_name,
    version='0.1.0',
    description='Learned inverse kinematics of one robot arm, served as a ROS 2 node',
    maintainer='The learned_ik authors',
    maintainer_email='dev@example.org',
    license='Apache-2.0',
    classifiers=[f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 15)],
    packages=find_packages(include=[package_name, package_name + '.*']),
    package_data={package_name: ['py.typed']},
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('lib/' + package_name, glob('ros2_run/*')),
        # here where pip builds, beside a link to this file in ros_package/ where colcon does
        ('share/' + package_name, glob('package.xml') or ['ros_package/package.xml']),
        ('share/' + package_name + '/launch', glob('launch/*.py')),
        ('share/' + package_name + '/config', glob('config/*.*')),
        ('share/' + package_name + '/config/moveit', glob('config/moveit/*')),
        ('share/' + package_name + '/models', glob('models/*')),
    ],
    python_requires='>=3.10',
    # Serving only: a robot that answers requests needs no torch.
    install_requires=[
        'PyYAML',
        'lxml',
        'numba',
        'numpy',
        'safetensors',
        'setuptools',
        'tyro',
    ],
    extras_require={
        'benchmark': [
            'eaik',
            'example-robot-data',
            'matplotlib',
            'optik-py',
            'pin',
            'pytracik',
            'roboticstoolbox-python',
            'ssik[urdf]',
        ],
        'train': ['jinja2', 'joblib', 'matplotlib', 'pycollada', 'rich', 'torch', 'trimesh'],
        'export': ['onnx'],
        'view': ['viser', 'yourdfpy'],
        'test': ['example-robot-data', 'hypothesis', 'pin', 'pytest', 'ruff'],
    },
    zip_safe=True,
    # One program; what `ros2 run learned_ik` looks for calls it with a command: see `ros2_run/`.
    entry_points={'console_scripts': ['learned_ik = learned_ik.cli:main']},
)
