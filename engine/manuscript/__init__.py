"""A file becomes a Book of Chapters, and chapters become Segments: the script."""
