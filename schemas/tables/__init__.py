"""One file per table; every module here is discovered by ``schemas.base.tables``."""
