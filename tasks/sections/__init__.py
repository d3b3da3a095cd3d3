"""Chapters of a study's report: frames to blocks. One file per chapter, discovered."""
