"""Beliefs about an effect, before and after the data."""
