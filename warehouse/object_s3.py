"""The object store in a bucket of any S3 server; the only module that imports boto3.

``warehouse.objects.object_store`` imports it when the settings name S3, because boto3 is slow to import.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypedDict

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from schemas.errors import BadInputError, TransientError, UserError
from warehouse.objects import (
    Kind,
    ObjectDamagedError,
    UnsteadyFileError,
    checked,
    damaged,
    named_key,
    part_path,
    raw_key,
    s3_address,
    steady,
    writing,
)
from warehouse.s3_answers import KeyMissingError, Missing, NameTakenError, answered

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

MULTIPART_BYTES = 64 << 20
PART_BYTES = 16 << 20
MAX_PARTS = 10_000
THREADS = 4
CHUNK_BYTES = 1 << 20
ATTEMPTS = 5


class S3Store:
    """Objects under ``s3://bucket/prefix``; credentials come from where boto3 looks for them.

    The server's checksums differ between makers, so that ours decide: Content-MD5 guards each
    request, the sha256 stands in the object's metadata and is computed again on every fetch.
    """

    def __init__(self, bucket: str, prefix: str = "", endpoint: str = "") -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.address = s3_address(bucket, prefix.strip("/"), endpoint)
        config = Config(
            retries={"mode": "standard", "max_attempts": 4},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=2 * THREADS,
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",  # other makers' servers refuse AWS's newer checksums
            response_checksum_validation="when_required",
        )
        session = boto3.session.Session()
        region = session.region_name or ("us-east-1" if endpoint else None)
        try:
            self._client = session.client("s3", endpoint_url=endpoint or None, region_name=region, config=config)
        except (ValueError, BotoCoreError) as error:
            raise UserError(f"{self.address}: {error}. Correct BENCHLAKE_S3_ENDPOINT or the AWS settings.") from error

    def put(self, path: Path, sha256: str | None = None) -> str:
        """Store one file: in one request up to 64 MB, in parts above, which reads it twice (hash, then upload)."""
        if sha256 is not None and self.exists(sha256):
            return sha256
        with steady(path) as source:
            if os.fstat(source.fileno()).st_size <= MULTIPART_BYTES:
                data = source.readall()
                digest = checked(path, hashlib.sha256(data).hexdigest(), sha256)
                self._put_once(raw_key(digest), data, digest)
                return digest
            digest = sha256 or hashlib.file_digest(source, "sha256").hexdigest()
            if sha256 is not None or not self._head(raw_key(digest), digest):
                source.seek(0)
                self._put_parts(path, source, digest)
        return digest

    def put_many(self, paths: Sequence[Path]) -> list[str | UnsteadyFileError | BadInputError]:
        """Store several files at a time."""
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self._put_or_error, paths))

    def put_bytes(self, data: bytes, kind: Kind = "acts", name: str | None = None) -> str:
        """Store bytes under a name."""
        digest = hashlib.sha256(data).hexdigest()
        key = named_key(kind, name or digest)
        self._put_once(key, data, digest)
        return key

    def read(self, key: str) -> bytes:
        """Read one object whole."""
        return b"".join(self._chunks(key))

    def open(self, sha256: str) -> BinaryIO:
        """Download a raw object to an unnamed temporary file, check its hash and open that."""
        stream = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            self._download(sha256, stream)
        except BaseException:
            stream.close()
            raise
        stream.seek(0)
        return stream

    def fetch(self, sha256: str, target: Path) -> None:
        """Download a raw object, hashing it."""
        temporary = part_path(target)
        try:
            with writing(target.parent), temporary.open("wb") as copy:
                self._download(sha256, copy)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def exists(self, sha256: str) -> bool:
        """Ask for the object's head; one whose metadata name another hash is refused."""
        return self._head(raw_key(sha256), sha256)

    def verify(self, sha256: str) -> bool:
        """Download and hash."""
        digest = hashlib.sha256()
        try:
            for chunk in self._chunks(raw_key(sha256)):
                digest.update(chunk)
        except ObjectDamagedError:
            return False
        return digest.hexdigest() == sha256

    def keys(self, prefix: str = "") -> Iterator[str]:
        """List in pages of a thousand; S3 sorts by key."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
        with self._asking():
            found = [item["Key"].removeprefix(self.prefix) for page in pages for item in page.get("Contents", [])]
        return iter(found)

    def _put_or_error(self, path: Path) -> str | UnsteadyFileError | BadInputError:
        try:
            return self.put(path)
        except (UnsteadyFileError, BadInputError) as error:
            return error

    def _put_once(self, key: str, data: bytes, digest: str) -> None:
        for _ in range(ATTEMPTS):  # a 409 says that another writer is at it: see what it leaves
            try:
                with self._asking():
                    self._client.put_object(
                        Bucket=self.bucket,
                        Key=self.prefix + key,
                        Body=data,
                        ContentMD5=_md5(data),
                        Metadata={"sha256": digest},
                        IfNoneMatch="*",
                    )
            except NameTakenError:
                if self._head(key, digest):
                    return
            else:
                return
        raise TransientError(f"{self.address} is busy with another writer of {key}.")

    def _put_parts(self, path: Path, source: FileIO, digest: str) -> None:
        """Upload in parts; the hash of what was sent decides whether the upload counts."""
        key, size, sent = raw_key(digest), os.fstat(source.fileno()).st_size, hashlib.sha256()
        part_size = max(PART_BYTES, -(-size // MAX_PARTS))
        target: _Upload = {"Bucket": self.bucket, "Key": self.prefix + key, "UploadId": ""}
        with self._asking():
            target["UploadId"] = self._client.create_multipart_upload(
                Bucket=self.bucket, Key=self.prefix + key, Metadata={"sha256": digest}
            )["UploadId"]
        try:
            parts: list[CompletedPartTypeDef] = []
            pending: deque[Future[CompletedPartTypeDef]] = deque()
            with self._asking(), ThreadPoolExecutor(THREADS) as pool:
                for number in range(1, -(-size // part_size) + 1):
                    data = source.read(part_size)
                    pending.append(pool.submit(self._put_part, target, number, data))
                    sent.update(data)
                    if len(pending) > THREADS:
                        parts.append(pending.popleft().result())
                parts.extend(future.result() for future in pending)
                checked(path, sent.hexdigest(), digest)
                self._client.complete_multipart_upload(**target, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
        except BaseException as error:
            with suppress(ClientError, BotoCoreError):  # parts left by an outage are for the bucket's lifecycle rule
                self._client.abort_multipart_upload(**target)
            if not (isinstance(error, NameTakenError) and self._head(key, digest)):
                raise

    def _put_part(self, target: _Upload, number: int, data: bytes) -> CompletedPartTypeDef:
        answer = self._client.upload_part(**target, PartNumber=number, Body=data, ContentMD5=_md5(data))
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _head(self, key: str, digest: str) -> bool:
        try:
            with self._asking():
                metadata = self._client.head_object(Bucket=self.bucket, Key=self.prefix + key)["Metadata"]
        except KeyMissingError:
            with self._asking(missing="bucket"):  # the answer to HEAD does not tell which of the two is missing
                self._client.head_bucket(Bucket=self.bucket)
            return False
        found = metadata.get("sha256")
        if found is None:  # copied here by another tool
            found = hashlib.sha256(self.read(key)).hexdigest()
        if found != digest:
            raise damaged(key, self.address, "has other bytes than those to be stored under this name")
        return True

    def _chunks(self, key: str) -> Iterator[bytes]:
        try:
            with self._asking():
                body = self._client.get_object(Bucket=self.bucket, Key=self.prefix + key)["Body"]
                yield from body.iter_chunks(CHUNK_BYTES)
        except KeyMissingError:
            raise damaged(key, self.address, "is missing") from None

    def _download(self, sha256: str, stream: BinaryIO) -> None:
        digest = hashlib.sha256()
        for chunk in self._chunks(raw_key(sha256)):
            digest.update(chunk)
            stream.write(chunk)
        if digest.hexdigest() != sha256:
            raise damaged(raw_key(sha256), self.address, "has other bytes than its name says")

    def _asking(self, missing: Missing = "key") -> AbstractContextManager[None]:
        return answered(self.address, self.bucket, missing)


class _Upload(TypedDict):
    Bucket: str
    Key: str
    UploadId: str


def _md5(data: bytes) -> str:
    """Content-MD5 of a request: the server refuses bytes that the wire changed."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
