"""What the studio does: headless rooms, usable from a script. Start reading at engine/production.py."""
