"""The version of dfurig that this plugin belongs to."""

VERSION = "0.1.0"
