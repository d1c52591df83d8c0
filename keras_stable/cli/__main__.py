"""`python -m keras_stable.cli`."""

from keras_stable.cli import main

main()
