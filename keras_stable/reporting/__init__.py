"""What every page and table of results is made with: numbers in words, plain values, pictures, and the page's frame."""
