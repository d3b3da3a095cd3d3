"""Frames to frames; one file per quantity."""
