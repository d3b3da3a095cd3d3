from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from schemas.errors import TransientError, UserError
from tests.servers.rgw import Rgw
from warehouse.object_s3 import S3Store
from warehouse.objects import ObjectDamagedError

pytestmark = pytest.mark.server


@pytest.fixture
def server(rgw: Rgw, monkeypatch: pytest.MonkeyPatch) -> Rgw:
    for name, value in rgw.environment().items():
        monkeypatch.setenv(name, value)
    return rgw


def test_a_wrong_secret_is_the_users_to_correct(server: Rgw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store = S3Store(server.bucket, "", server.endpoint)
    for ask in (lambda: store.put_bytes(b"x"), lambda: store.exists("0" * 64), lambda: list(store.keys())):
        with pytest.raises(UserError, match=r"refuses our credentials .* Check AWS_ACCESS_KEY_ID"):
            ask()


def test_missing_credentials_are_the_users_to_set(server: Rgw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UserError, match=r"Unable to locate credentials\. Set AWS_ACCESS_KEY_ID"):
        S3Store(server.bucket, "", server.endpoint).put_bytes(b"x")


def test_a_missing_bucket_is_the_users_to_create(server: Rgw) -> None:
    store = S3Store("no-such-bucket", "", server.endpoint)
    for ask in (lambda: store.put_bytes(b"x"), lambda: store.exists("0" * 64), lambda: list(store.keys())):
        with pytest.raises(UserError, match=r"has no bucket no-such-bucket\. Create it"):
            ask()


def test_an_endpoint_that_is_no_address_is_the_users_to_correct(server: Rgw) -> None:
    with pytest.raises(UserError, match="Correct BENCHLAKE_S3_ENDPOINT"):
        S3Store(server.bucket, "", "localhost 9000")


def test_an_object_that_claims_another_hash_is_never_taken_for_ours(server: Rgw, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"ours")
    sha256 = hashlib.sha256(b"ours").hexdigest()
    server.client().put_object(Bucket=server.bucket, Key=f"squat/raw/{sha256}", Body=b"theirs")
    with pytest.raises(ObjectDamagedError, match="other bytes than those to be stored"):
        S3Store(server.bucket, "squat", server.endpoint).put(path)


def test_an_object_that_another_tool_copied_here_is_ours_if_its_bytes_are(server: Rgw, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"ours")
    sha256 = hashlib.sha256(b"ours").hexdigest()
    server.client().put_object(Bucket=server.bucket, Key=f"copied/raw/{sha256}", Body=b"ours")
    assert S3Store(server.bucket, "/copied/", server.endpoint).put(path) == sha256


def test_an_outage_is_worth_a_retry_and_leaves_no_half_object(server: Rgw, tmp_path: Path) -> None:
    store, path = S3Store(server.bucket, "outage", server.endpoint), tmp_path / "big.fcs"
    path.write_bytes(os.urandom(1 << 20) * 80)
    sha256 = store.put_bytes(b"before").removeprefix("acts/")
    sent: list[int] = []

    def kill_at_the_third_part(**_: object) -> None:
        sent.append(len(sent))
        if len(sent) == 3:
            server.kill_gateway()

    store._client.meta.events.register("before-send.s3.UploadPart", kill_at_the_third_part)  # noqa: SLF001  # to time it
    with pytest.raises(TransientError, match="cannot be reached now"):
        store.put(path)
    assert len(sent) >= 3
    server.start_gateway()
    assert list(store.keys()) == [f"acts/{sha256}"]
    assert store.verify(store.put(path))
