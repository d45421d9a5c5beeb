### Jedes Nein des Ladens: `error-` und der Code der Absage. Die Argumente sind deren Einzelheiten.

error-home = Zur Startseite
error-browse = Alles ansehen
error-reference = Wenn du uns schreibst, nenne { $reference }.
error-title = Entschuldigung – { $shop }
error-heading-400 = Das haben wir nicht verstanden
error-heading-403 = Diese Tür ist zu
error-heading-404 = Hier ist nichts
error-heading-409 = Jemand war schneller
error-heading-413 = Das war zu viel
error-heading-422 = Etwas braucht noch einen Blick
error-heading-429 = Bitte etwas langsamer
error-heading-500 = Uns ist etwas heruntergefallen
error-heading-503 = Der Markt ist sehr voll
error-refused = Das geht nicht.
error-invalid = Etwas an dieser Anfrage ergibt keinen Sinn. Geh zurück und versuch es noch einmal.
error-not-a-form = Was gesendet wurde, ist keines unserer Formulare.
error-not-found = Die gesuchte Seite ist weitergezogen oder war nie da. Die Stände sind alle noch hier.
error-cross-site = Diese Anfrage kam nicht von einer unserer Seiten, deshalb ist nichts passiert. Geh zurück, lade die Seite neu und versuch es noch einmal.
error-forbidden = Diese Seite darfst du nicht sehen.
error-conflict = Das hat inzwischen jemand anderes geändert. Lade die Seite neu und versuch es noch einmal.
error-too-many = Das war sehr oft in kurzer Zeit. Bitte warte einen Moment und versuch es wieder.
error-busy = Der Laden schafft das gerade nicht. Es ist nichts passiert, du kannst es gefahrlos noch einmal versuchen.
error-too-large = Das war mehr, als wir auf einmal annehmen.
error-internal = Das war unser Fehler, und er ist notiert. Es wurde nichts abgebucht, das du nicht bestätigt gesehen hast.
