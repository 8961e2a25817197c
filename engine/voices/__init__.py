"""Voices a person may use: where they come from and what shapes them."""
