"""What `StabilityGuard` is made of: what it watches, what it keeps, and how it goes back."""
