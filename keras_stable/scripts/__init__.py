"""A user's own script as the subject: run as it stands, with its calls of `fit` met on the way."""
