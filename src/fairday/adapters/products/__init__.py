"""Where product documents and the category tree are kept."""
