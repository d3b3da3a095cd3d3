"""A published study as files of other programs: one file per format, discovered."""
