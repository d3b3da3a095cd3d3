"""Readers, sciences and the steps that run them."""
