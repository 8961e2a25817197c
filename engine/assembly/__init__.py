"""Takes become chapter audio, and chapter audio becomes an audiobook."""
