"""`python -m keras_stable.cli`."""

from keras_stable.cli import main

if __name__ == "__main__":
    main()
