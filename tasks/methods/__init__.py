"""Pure kernels and readers that several parsers or analyses share."""
