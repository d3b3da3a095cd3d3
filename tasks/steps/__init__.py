"""The thin Prefect tasks over ``tasks.engine``."""
