"""`python -m keras_stable`: the command line."""

from keras_stable.cli import main

if __name__ == "__main__":
    main()
