"""The thin tasks that read, call and write."""
