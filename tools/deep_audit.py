"""The same as `keras-stable audit`, as a script: python tools/deep_audit.py --help."""

import sys

from keras_stable.cli import main

if __name__ == "__main__":
    main(["audit", *sys.argv[1:]], prog_name="keras-stable")
