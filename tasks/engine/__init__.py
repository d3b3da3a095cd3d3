"""The night without its orchestrator: what steps do, callable and testable as plain functions."""
