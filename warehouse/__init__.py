"""Where bytes and tables live."""
