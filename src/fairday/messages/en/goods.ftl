### What is wrong with a product or a category that somebody edits.

problem-product-key = Give it a key of its own, on one line.
problem-product-name = Give it a name, on one line.
problem-product-slug = Use lower-case letters, digits and hyphens for its address.
problem-product-summary = That summary is too long.
problem-product-tax-class = There is no such tax class.
problem-product-category = Choose a category that exists.
problem-product-variants = Each variant needs a SKU of its own and options that no other variant has.
problem-product-attributes = Each property needs a name, and numbers must be numbers.
problem-product-media = These are too many pictures and films.
problem-category-key = Another category has this key, or there is none.
problem-category-parent = A category cannot hang below itself, below nothing, or so deep.
