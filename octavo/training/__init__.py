"""The one training loop and what it stands on: optimizers, checkpoints, the log, precision."""
