"""What is measured, runnable by anyone: each file is a script; results/ holds what they printed."""
