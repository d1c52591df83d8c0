"""The same as `keras-stable train`, as a script: python tools/train.py --help."""

import sys

from keras_stable.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]], prog_name="keras-stable")
