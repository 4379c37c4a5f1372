"""A period's run: notebooks executed in order in a private root, and what they made published whole or not at all."""
