"""Written text to the words that will be said: typography undone everywhere, and in English numbers and signs too."""
