"""Bytes to frames; one file per product or format."""
