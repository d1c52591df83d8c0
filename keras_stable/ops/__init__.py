"""Pure tensor functions: norms, clips, moments, prediction statistics."""
