from __future__ import annotations

import numpy as np
import pytest

from schemas.errors import BadInputError
from tasks.methods.fcs import read_fcs
from tasks.methods.fcs_fallback import read_by_flowio
from tests.tasks.methods.fcs_files import fcs_file

EVENTS = np.array([[100, 5], [200, 60]], np.float32)
NAMES = ("FSC-A", "FITC-A")


def refusal_of(content: bytes) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        read_fcs(memoryview(content), "tube.fcs")
    return caught.value


def test_keywords_without_their_sign_are_read_by_flowio() -> None:
    content = fcs_file(EVENTS, NAMES, keywords={"$PAR": "", "PAR": "2"})
    (found,) = read_by_flowio(memoryview(content), "tube.fcs", refusal_of(content))
    assert np.column_stack(found.linear_columns()).tolist() == EVENTS.tolist()
    assert ([c.name for c in found.channels], found.version, found.event_count) == (list(NAMES), "3.0", 2)
    assert found.notes == (
        "FlowIO read it, for benchlake's own reader did not: the keywords lack $PAR; 16 keywords were found",
    )


@pytest.mark.parametrize(
    "content",
    [
        fcs_file(EVENTS, NAMES)[:-12],
        fcs_file(EVENTS, NAMES, kind="I", order="2,1", keywords={"$P1B": "80"}),
        fcs_file(EVENTS, NAMES, keywords={"$PAR": ""}),
        fcs_file(EVENTS, NAMES, keywords={"$PAR": "", "PAR": "2", "$TOT": "3"}),
        fcs_file(EVENTS, NAMES, keywords={"$PAR": "", "PAR": "99999999"}),
        fcs_file(EVENTS, NAMES, keywords={"$PAR": "", "PAR": "2", "$NEXTDATA": "9999"}),
        fcs_file(EVENTS, NAMES, keywords={"$PAR": "", "PAR": "2"}, header_data=(300, 315)),
        b"FCS3.0".ljust(58),
    ],
)
def test_what_flowio_refuses_or_would_read_wrongly_stays_refused(content: bytes) -> None:
    own = refusal_of(content)
    with pytest.raises(BadInputError) as caught:
        read_by_flowio(memoryview(content), "tube.fcs", own)
    assert caught.value is own
