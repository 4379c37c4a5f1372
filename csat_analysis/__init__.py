"""A customer satisfaction programme: cleaning, metrics and the semi-annual report behind the notebooks."""

__version__ = "0.1.0"
