### Was an einem Produkt oder einer Kategorie nicht stimmt, die jemand bearbeitet.

problem-product-key = Geben Sie ihm einen eigenen Schlüssel in einer Zeile.
problem-product-name = Geben Sie ihm einen Namen in einer Zeile.
problem-product-slug = Die Adresse besteht aus Kleinbuchstaben, Ziffern und Bindestrichen.
problem-product-summary = Diese Kurzbeschreibung ist zu lang.
problem-product-tax-class = Diese Steuerklasse gibt es nicht.
problem-product-category = Wählen Sie eine Kategorie, die es gibt.
problem-product-variants = Jede Variante braucht eine eigene Artikelnummer und Optionen, die keine andere hat.
problem-product-attributes = Jede Eigenschaft braucht einen Namen, und Zahlen müssen Zahlen sein.
problem-product-media = Das sind zu viele Bilder und Filme.
problem-category-key = Eine andere Kategorie hat diesen Schlüssel, oder er fehlt.
problem-category-parent = Eine Kategorie kann nicht unter sich selbst, unter nichts oder so tief hängen.
