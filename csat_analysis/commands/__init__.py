"""The commands of `csat`, by subject: each module adds its commands' options and carries them out."""
