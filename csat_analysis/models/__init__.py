"""What goes with what: regressions on survey designs."""
