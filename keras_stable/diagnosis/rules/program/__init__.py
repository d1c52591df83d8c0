"""Rules about the program around the model: how it is trained and used."""
