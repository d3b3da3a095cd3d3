"""What the data are: tables, manifests, settings and errors. No I/O."""
