"""The same as `keras-stable export`, as a script: python tools/export.py --help."""

import sys

from keras_stable.cli import main

if __name__ == "__main__":
    main(["export", *sys.argv[1:]], prog_name="keras-stable")
