"""The command line and what runs on a server."""
