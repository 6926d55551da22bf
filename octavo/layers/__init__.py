"""Modules that two parts or more use."""
