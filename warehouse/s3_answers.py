"""What an S3 server and the way to it answer, as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as HTTPConnectionError

from schemas.errors import BenchlakeError, TransientError, UserError

Missing = Literal["key", "bucket"]  # what a 404 without a code means, as in the answer to HEAD
_BUSY = ("RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "TooManyRequests")


class KeyMissingError(BenchlakeError):
    """No object has this key."""


class NameTakenError(BenchlakeError):
    """An object has this key already, or is about to."""


@contextmanager
def answered(address: str, bucket: str, missing: Missing) -> Iterator[None]:
    """Turn what boto3 raises within the block into the project's errors.

    Outages and overload: ``TransientError``; credentials, bucket, endpoint: ``UserError``;
    ``KeyMissingError`` and ``NameTakenError`` are answers for the store to act on.
    """
    try:
        yield
    except ClientError as error:
        raise _answer(error, address, bucket, missing) from error
    except (HTTPClientError, HTTPConnectionError, IncompleteReadError) as error:
        raise TransientError(f"{address} cannot be reached now ({error}).") from error
    except BotoCoreError as error:
        raise UserError(f"{address}: {error}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a profile.") from error


def _answer(error: ClientError, address: str, bucket: str, missing: Missing) -> BenchlakeError:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = f"{code}: {error.response.get('Error', {}).get('Message') or error}"
    if code == "NoSuchBucket" or (status == HTTPStatus.NOT_FOUND and missing == "bucket"):
        return UserError(f"{address}: the server has no bucket {bucket}. Create it or correct BENCHLAKE_OBJECT_STORE.")
    if status == HTTPStatus.NOT_FOUND:
        return KeyMissingError(said)
    if status in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT):
        return NameTakenError(said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _BUSY:
        return TransientError(f"{address} is busy ({said}).")
    if status == HTTPStatus.FORBIDDEN:
        return UserError(
            f"{address} refuses our credentials ({said}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
            "the bucket's policy and this machine's clock."
        )
    return UserError(f"{address} refuses the request ({said}). Check BENCHLAKE_OBJECT_STORE and the region.")
