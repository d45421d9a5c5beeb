"""What the shop can do: one business verb a file. Each asks, decides, then tells, in that order."""
