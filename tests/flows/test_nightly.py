from __future__ import annotations

from flows.analyse import analyse
from flows.ingest import ingest
from flows.nightly import nightly
from flows.publish import publish


def test_the_page_of_a_flow_says_what_pressing_run_does() -> None:
    assert "Press Run and give the study" in str(nightly.description)
    for flow in (ingest, analyse, publish):
        assert "`nightly` does it all" in str(flow.description)
