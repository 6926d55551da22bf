"""Text in files to batches of ids."""
