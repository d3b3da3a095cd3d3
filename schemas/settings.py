"""The one place that reads ``BENCHLAKE_*``; used in steps and commands only."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where this installation keeps its things."""

    model_config = SettingsConfigDict(env_prefix="BENCHLAKE_", frozen=True, extra="ignore")

    home: Path = Field(default=Path(".benchlake"), description="Warehouse, objects, reports; local disk.")
    object_store: str = Field(default="", description="`s3://bucket/prefix`; empty: `HOME/objects`.")
    s3_endpoint: str = Field(default="", description="Endpoint URL of the S3 server; empty: AWS.")
    lock_timeout_s: float = Field(default=600.0, gt=0, description="How long a writer waits for another one.")
    prefect_port: int = Field(default=4200, gt=0, lt=65536, description="Port of the Prefect server on loopback.")
