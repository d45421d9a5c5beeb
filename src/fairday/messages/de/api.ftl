### Was Programmen gesagt wird, für die Menschen, die sie schreiben; und die Absagen, die nur Warenkorb und API kennen.

error-unknown-sku = Unter dieser Nummer haben wir nichts: { $skus }
problem-unknown-country = In dieses Land verkauft der Laden nicht.
problem-unknown-currency = In dieser Währung hat der Laden keine Preise.
problem-unknown-language = Diese Sprache spricht der Laden nicht.
