"""The survey itself: the frame, who was drawn from it and with which design they answer for it."""
