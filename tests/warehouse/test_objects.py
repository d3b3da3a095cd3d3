"""One suite of behaviours, asked of both stores."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from schemas.errors import BadInputError, UserError
from schemas.settings import Settings
from tests.servers.rgw import Rgw
from warehouse.object_directory import DirectoryStore
from warehouse.objects import ObjectDamagedError, ObjectStore, UnsteadyFileError, object_store, store_address

ABSENT = "0" * 64


class Bench:
    """A store, and a hand that reaches behind it."""

    def __init__(self, store: ObjectStore, overwrite: Callable[[str, bytes], None]) -> None:
        self.store = store
        self.overwrite = overwrite  # key, bytes: what bit rot or a stranger would do


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.server)])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    if request.param == "directory":

        def overwrite_file(key: str, data: bytes) -> None:
            path = tmp_path / "home" / "objects" / key
            path.chmod(0o644)
            path.write_bytes(data)

        return Bench(object_store(Settings(home=tmp_path / "home")), overwrite_file)
    rgw: Rgw = request.getfixturevalue("rgw")
    for name, value in rgw.environment().items():
        monkeypatch.setenv(name, value)
    prefix = tmp_path.name

    def overwrite_object(key: str, data: bytes) -> None:
        client, where = rgw.client(), {"Bucket": rgw.bucket, "Key": f"{prefix}/{key}"}
        metadata = client.head_object(**where)["Metadata"]
        client.put_object(**where, Body=data, Metadata=metadata)

    return Bench(
        object_store(Settings(object_store=f"s3://{rgw.bucket}/{prefix}", s3_endpoint=rgw.endpoint)), overwrite_object
    )


def written(path: Path, data: bytes) -> tuple[Path, str]:
    path.write_bytes(data)
    return path, hashlib.sha256(data).hexdigest()


def test_a_file_is_stored_once_under_its_hash_and_comes_back(bench: Bench, tmp_path: Path) -> None:
    path, sha256 = written(tmp_path / "plate 1 µ.xls", b"OD\t0.5\n")
    assert not bench.store.exists(sha256)
    assert not bench.store.verify(sha256)
    assert bench.store.put(path) == sha256
    assert bench.store.put(path) == sha256
    assert bench.store.put(path, sha256) == sha256
    assert list(bench.store.keys()) == [f"raw/{sha256}"]
    assert bench.store.exists(sha256)
    assert bench.store.verify(sha256)
    bench.store.fetch(sha256, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"OD\t0.5\n"
    with bench.store.open(sha256) as stream:
        assert (stream.read(2), stream.seek(0), stream.read()) == (b"OD", 0, b"OD\t0.5\n")
    assert bench.store.read(f"raw/{sha256}") == b"OD\t0.5\n"
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "home") == ["back", "plate 1 µ.xls"]


def test_an_empty_file_is_an_object_too(bench: Bench, tmp_path: Path) -> None:
    path, sha256 = written(tmp_path / "empty", b"")
    assert bench.store.put(path) == sha256
    assert bench.store.verify(sha256)


def test_the_same_bytes_from_many_writers_are_one_object(bench: Bench, tmp_path: Path) -> None:
    files = [written(tmp_path / f"{i}.bin", os.urandom(1 << 20) if i == 0 else b"")[0] for i in range(8)]
    for path in files[1:]:
        path.write_bytes(files[0].read_bytes())
    with ThreadPoolExecutor(8) as pool:
        (sha256,) = set(pool.map(bench.store.put, files))
    assert list(bench.store.keys("raw/")) == [f"raw/{sha256}"]
    assert bench.store.verify(sha256)


def test_many_files_are_stored_and_a_bad_one_stops_no_other(bench: Bench, tmp_path: Path) -> None:
    pairs = [written(tmp_path / f"{i}.txt", f"{i % 40}".encode()) for i in range(50)]
    (tmp_path / "folder").mkdir()
    results = bench.store.put_many([*(path for path, _ in pairs), tmp_path / "gone", tmp_path / "folder"])
    assert results[:50] == [sha256 for _, sha256 in pairs]
    assert [type(result) for result in results[50:]] == [UnsteadyFileError, BadInputError]
    assert list(bench.store.keys("raw/")) == sorted({f"raw/{sha256}" for _, sha256 in pairs})
    assert bench.store.put_many([pairs[0][0]]) == [pairs[0][1]]
    assert bench.store.put_many([]) == []


def test_a_big_file_goes_and_comes_in_parts(bench: Bench, tmp_path: Path) -> None:
    block = os.urandom(1 << 20)
    path, sha256 = written(tmp_path / "big.fcs", b"".join(block[i:] + block[:i] for i in range(200)) + b"end")
    assert bench.store.put(path) == sha256
    assert bench.store.put(path) == sha256
    bench.store.fetch(sha256, tmp_path / "back")
    with (tmp_path / "back").open("rb") as stream:
        assert hashlib.file_digest(stream, "sha256").hexdigest() == sha256


def test_acts_and_derived_objects_are_kept_by_name_and_never_overwritten(bench: Bench) -> None:
    act = bench.store.put_bytes(b'{"act": "exclude"}')
    assert act == "acts/" + hashlib.sha256(b'{"act": "exclude"}').hexdigest()
    assert bench.store.put_bytes(b"PAR1", "derived", "abc/events.parquet") == "derived/abc/events.parquet"
    assert bench.store.put_bytes(b"PAR1", "derived", "abc/events.parquet") == "derived/abc/events.parquet"
    assert bench.store.read("derived/abc/events.parquet") == b"PAR1"
    with pytest.raises(ObjectDamagedError, match=r"derived/abc/events\.parquet in .* has other bytes"):
        bench.store.put_bytes(b"PAR2", "derived", "abc/events.parquet")
    assert bench.store.read("derived/abc/events.parquet") == b"PAR1"
    assert list(bench.store.keys("acts/")) == [act]
    assert list(bench.store.keys("derived/a")) == ["derived/abc/events.parquet"]
    assert list(bench.store.keys("nothing/")) == []


def test_rotten_bytes_are_found(bench: Bench, tmp_path: Path) -> None:
    path, sha256 = written(tmp_path / "a.txt", b"0.512")
    bench.store.put(path)
    bench.overwrite(f"raw/{sha256}", b"0.612")
    assert bench.store.exists(sha256)
    assert not bench.store.verify(sha256)
    with pytest.raises(ObjectDamagedError, match="other bytes than its name says"):
        bench.store.fetch(sha256, tmp_path / "back")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "home") == ["a.txt"]


def test_a_missing_object_is_named(bench: Bench, tmp_path: Path) -> None:
    for ask in (
        lambda: bench.store.fetch(ABSENT, tmp_path / "back"),
        lambda: bench.store.open(ABSENT),
        lambda: bench.store.read(f"raw/{ABSENT}"),
    ):
        with pytest.raises(ObjectDamagedError, match=f"raw/{ABSENT} in .* is missing"):
            ask()
    assert not (tmp_path / "back").exists()


def test_a_file_that_changed_since_it_was_hashed_is_not_stored(bench: Bench, tmp_path: Path) -> None:
    path, _ = written(tmp_path / "growing.csv", b"1,2")
    with pytest.raises(UnsteadyFileError, match=r"growing\.csv is still being written"):
        bench.store.put(path, ABSENT)
    assert list(bench.store.keys()) == []


def test_a_file_that_grows_while_it_is_read_is_not_stored(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_bytes(bytes(70 << 20))
    is_done = Event()

    def instrument() -> None:
        with path.open("ab", buffering=0) as stream:
            while not is_done.wait(0.001):
                stream.write(b"1,2\n")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(instrument)
        try:
            with pytest.raises(UnsteadyFileError, match=r"growing\.csv is still being written"):
                bench.store.put(path)
        finally:
            is_done.set()
    assert list(bench.store.keys()) == []


@pytest.mark.parametrize(
    ("address", "message"),
    [("ftp://host/x", "Write s3://bucket/prefix"), ("s3://ab", "3 to 63"), ("s3:///x", "is 's3:")],
)
def test_an_address_that_is_none_is_explained(address: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        object_store(Settings(object_store=address))


def test_the_directory_is_the_default(tmp_path: Path) -> None:
    store = object_store(Settings(home=tmp_path))
    assert isinstance(store, DirectoryStore)
    assert store.root == tmp_path / "objects"
    assert list(store.keys()) == []
    assert not store.root.exists()


@pytest.mark.parametrize("name", ["../x", "a/../b", "/a", "a//b", ".hidden", ""])
def test_a_name_that_could_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    store = object_store(Settings(home=tmp_path))
    if name:
        with pytest.raises(ValueError, match="no object name"):
            store.put_bytes(b"x", "derived", name)
    with pytest.raises(ValueError, match="no sha256"):
        store.exists(name)


@pytest.mark.parametrize("store", ["", "s3://a-bucket", "s3://a-bucket/", "s3://a-bucket/pre/fix/"])
@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:9"])
def test_the_address_of_a_store_is_known_before_it_is_opened(
    store: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settings = Settings(object_store=store, s3_endpoint=endpoint)
    assert store_address(settings) == object_store(settings).address
