"""What a trained model is worth, in units that people know."""
