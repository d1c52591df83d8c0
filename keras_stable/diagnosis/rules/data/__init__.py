"""Rules about the data: inputs, labels, and the rows themselves."""
