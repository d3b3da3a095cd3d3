"""A real S3 server (Ceph RGW) for tests, started once a session."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

SCRIPT = Path(__file__).with_name("ceph_rgw.sh")
PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "curl", "uuidgen")


@dataclass(frozen=True)
class Rgw:
    """A running server with one user and one bucket."""

    folder: Path
    endpoint: str
    bucket: str = "benchlake"
    access_key: str = "labkey"
    secret_key: str = "labsecret12345"  # noqa: S105  # of a server that lives for one test session

    def environment(self, secret_key: str = "") -> dict[str, str]:
        """What boto3 reads its credentials from, and nothing of this machine's own."""
        nowhere = str(self.folder / "no-such-file")
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key or self.secret_key,
            "AWS_CONFIG_FILE": nowhere,
            "AWS_SHARED_CREDENTIALS_FILE": nowhere,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self):  # noqa: ANN201  # boto3 makes its classes at run time
        """A plain client, to look behind our own."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    def kill_gateway(self) -> None:
        """End the gateway as a power cut would; the stored objects stay."""
        _kill(self.folder / "run" / "rgw.pid")

    def start_gateway(self) -> None:
        """Start the gateway again on the same port."""
        subprocess.run([SCRIPT, "gateway", self.folder], check=True, timeout=90)


@pytest.fixture(scope="session")
def rgw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rgw]:
    if absent := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"no S3 server: {', '.join(absent)} not installed (apt-get install ceph-mon ceph-osd radosgw)")
    folder = tmp_path_factory.mktemp("rgw")
    mon_port, s3_port = _free_ports(2)
    server = Rgw(folder, f"http://127.0.0.1:{s3_port}")
    try:
        ports = [str(mon_port), str(s3_port)]
        command = [SCRIPT, "new", folder, *ports, server.access_key, server.secret_key]
        subprocess.run(command, check=True, timeout=180)
        server.client().create_bucket(Bucket=server.bucket)
        yield server
    finally:
        for pid_file in folder.glob("run/*.pid"):
            _kill(pid_file)
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for sock in held:
        sock.bind(("127.0.0.1", 0))
    ports = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return ports


def _kill(pid_file: Path) -> None:
    """End the process that wrote the file, and wait until it is gone."""
    pid = int(pid_file.read_text())
    pid_file.unlink()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while _is_alive(pid):
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    """Say whether the process runs; a dead daemon that nobody collects (Z) does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
