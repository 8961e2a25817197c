"""One page for each station, in the order a person walks: home, manuscript, voices, narration, audiobook."""
