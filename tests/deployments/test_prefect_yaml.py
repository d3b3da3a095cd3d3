from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from deployments import prefect_environment, serve

FILE = Path(prefect_environment.__file__).with_name("prefect.yaml")
DEPLOYMENTS = yaml.safe_load(FILE.read_text())["deployments"]


@pytest.mark.server  # imports Prefect
def test_the_work_pool_has_the_flows_that_up_serves() -> None:
    assert [d["name"] for d in DEPLOYMENTS] == [flow.name for flow in serve.platform_flows()]
    for deployment in DEPLOYMENTS:
        module, _, name = deployment["entrypoint"].rpartition(".")
        assert getattr(import_module(module), name).name == deployment["name"]


def test_all_go_to_one_pool() -> None:
    assert {d["work_pool"]["name"] for d in DEPLOYMENTS} == {"benchlake"}
