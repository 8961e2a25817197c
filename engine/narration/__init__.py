"""A segment and a voice become a take."""
