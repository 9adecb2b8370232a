"""What dbt works out of its own classes when it first needs them, worked out on import: for the server that forks dbt.

A run of dbt checks what it parses against a schema of each class, and to make these takes an eighth of a small run.
"""

from dbt.artifacts.resources.v1.config import TestConfig
from dbt.artifacts.resources.v1.model import ModelConfig
from dbt.artifacts.resources.v1.source_definition import SourceConfig
from dbt.contracts.graph.nodes import GenericTestNode, ModelNode
from dbt.contracts.graph.unparsed import UnparsedModelUpdate, UnparsedSourceDefinition
from dbt.contracts.project import Configuration, PackageConfig, Project, ProjectFlags

CHECKED = (
    *(ModelConfig, SourceConfig, TestConfig, GenericTestNode, ModelNode, UnparsedModelUpdate, UnparsedSourceDefinition),
    *(Configuration, PackageConfig, Project, ProjectFlags),
)
"""The classes that a run of this project's models needs; each keeps its schema."""

for each in CHECKED:
    each.json_schema()
