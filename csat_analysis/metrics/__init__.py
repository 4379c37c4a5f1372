"""What the answers say: scores, the index, and how both changed."""
