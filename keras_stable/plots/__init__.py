"""What every picture is drawn with: axes, line styles, and bands over many curves. Nothing needs a screen."""
