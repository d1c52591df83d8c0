"""What single steps at the audited weights show: losses, gradients, and where NaN begins."""
