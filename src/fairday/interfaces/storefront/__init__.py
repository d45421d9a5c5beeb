"""The shop as shoppers meet it: pages, forms, a small script. Handlers parse, ask one use case, and show."""
