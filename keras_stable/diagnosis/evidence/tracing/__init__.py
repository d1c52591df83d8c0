"""What recorded passes through the model show."""
