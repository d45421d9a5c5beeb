### Was Programmen gesagt wird, für die Menschen, die sie schreiben; und die Absagen, die nur Warenkorb und API kennen.

error-unknown-sku = Unter dieser Nummer haben wir nichts: { $skus }
problem-unknown-country = In dieses Land verkauft der Laden nicht.
problem-unknown-currency = In dieser Währung hat der Laden keine Preise.
problem-unknown-language = Diese Sprache spricht der Laden nicht.
problem-unknown-category = Diese Kategorie gibt es nicht.
problem-cursor = Das ist nicht der Cursor einer Seite.
problem-query-too-long = Das ist zu viel für eine Frage.
problem-given-twice = Das darf nur einmal angegeben werden.
problem-other-currency = Diese Bestellung läuft in { $currency }.
error-malformed-json = Der Inhalt ist kein JSON.
error-token-required = Das braucht ein Token: Authorization: Bearer und das Token des Warenkorbs oder der Bestellung, oder einen API-Schlüssel.
error-idempotency-key-required = Das braucht einen Idempotency-Key, damit zweimal senden nur einmal wirkt. Nimm eine zufällige UUID.
error-idempotency-key-unusable = Der Idempotency-Key darf höchstens { $limit } druckbare ASCII-Zeichen haben.
error-method-not-allowed = Diese Adresse nimmt nur { $allow }.
error-body-too-large = Der Inhalt darf höchstens { $limit_bytes } Bytes haben.
error-unsupported-media-type = Der Inhalt muss application/json sein.
error-elsewhere = Diese Adresse beantwortet nicht dieser Prozess, sondern der Prozess { $owner }.

api-not-found = Das gibt es nicht, oder es gehört dir nicht.
api-docs-contract = Der Vertrag als OpenAPI-Dokument
api-docs-contents = Inhalt
api-docs-schemas = Dokumente
api-docs-problems = Probleme
api-docs-fields = Felder
api-docs-name = Name
api-docs-kind = Typ
api-docs-meaning = Bedeutung
api-docs-required = nötig
api-docs-access = Braucht
api-docs-public = Offen für alle
api-docs-parameters = Parameter
api-docs-body = Inhalt der Anfrage
api-docs-answers = Antworten
api-docs-refusals = Probleme:
