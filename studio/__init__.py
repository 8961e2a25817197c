"""What a person touches: the page, the commands, the interfaces for other programs. All work is done by engine."""

__version__ = "0.1.0"
