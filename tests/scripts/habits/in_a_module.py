"""The work is done by functions of another module."""

from habit_helpers import fitted, small_data

if __name__ == "__main__":
    fitted(*small_data())
