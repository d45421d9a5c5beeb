### Korb, Kasse und die Bestellung danach.

cart-title = Korb – { $shop }
cart-heading = Dein Korb
cart-empty = In deinem Korb liegt noch nichts.
cart-browse = Weiterbummeln
cart-each = { $price } pro Stück
cart-quantity = Anzahl
cart-quantity-of = Anzahl von { $name }
cart-update = Ändern
cart-remove = Entfernen
cart-added = Liegt in deinem Korb.
cart-changed = Dein Korb wurde geändert.
cart-line-gone = Das gibt es nicht mehr zu kaufen. Bitte entfernen.
cart-line-short = { $count ->
    [0] Inzwischen ausverkauft. Bitte entfernen.
    [one] Nur noch eins ist da.
   *[other] Nur noch { $count } sind da.
}
cart-sums = Das macht zusammen
cart-voucher-ask = Hast du einen Gutschein?
cart-voucher = Gutscheincode
cart-voucher-use = Einlösen
cart-voucher-remove = Gutschein entfernen
cart-checkout = Zur Kasse
cart-no-account = Kein Konto nötig.
cart-mend-first = Bitte zuerst die markierten Zeilen klären.

sums-subtotal = Waren
sums-discount = Gutschein { $code }
sums-shipping = Versand
sums-shipping-later = an der Kasse
sums-free = gratis
sums-tax = Steuer
sums-tax-included = Darin enthaltene Steuer
sums-total = Summe
line-quantity = { $count ->
    [one] { $count } Stück
   *[other] { $count } Stück
}

checkout-title = Kasse – { $shop }
checkout-heading = Kasse
checkout-sign-in = Anmelden für die gespeicherte Adresse
checkout-address = Wohin darf es gehen?
checkout-email-hint = Für Bestätigung und Sendungsnachricht, sonst nichts.
checkout-line2-ask = Wohnung, Stockwerk oder Firma?
checkout-country-fixed = Wir liefern nach: { $country }
checkout-requote = Versand und Steuer berechnen
checkout-shipping = Wie soll es reisen?
checkout-no-shipping = Diesen Korb können wir dorthin nicht schicken. Wähle ein anderes Land oder nimm etwas heraus.
checkout-payment = Wie möchtest du zahlen?
checkout-payment-method = Zahlungsart
checkout-payment-hint = Dieser Laden läuft auf seinem Übungsanbieter: Es fließt kein Geld.
checkout-payment-hosted = Du zahlst auf der Seite unseres Zahlungsanbieters. Deine Karte sehen wir nie.
checkout-sums = Deine Bestellung
checkout-edit-cart = Ändern
checkout-pay = Zahlungspflichtig bestellen: { $total }
checkout-promise = Du zahlst genau diese Summe. Mit der Bestellung gelten unsere Rückgabebedingungen.
payment-tok-ok = Übungskarte, die funktioniert
payment-tok-declined = Übungskarte, die abgelehnt wird
payment-tok-challenge = Übungskarte, die fragt, wer du bist
payment-tok-timeout = Übungskarte, die nie antwortet
payment-tok-lost-ack = Übungskarte, deren Antwort verloren geht
payment-hosted = Karte, Wallet oder Bank, auf der Seite unseres Zahlungsanbieters

form-optional = freiwillig
form-problems = { $count ->
    [one] Eine Angabe braucht noch einen Blick
   *[other] { $count } Angaben brauchen noch einen Blick
}
form-too-short = Bitte mindestens { $count } Zeichen verwenden.
form-choose = Bitte auswählen.
field-name = Vor- und Nachname
field-email = E-Mail-Adresse
field-line1 = Straße und Hausnummer
field-line2 = Wohnung, Stockwerk oder Firma
field-postcode = Postleitzahl
field-city = Ort
field-country = Land
field-region = Bundesstaat
field-region-choose = Bundesstaat wählen

leaving-heading = Weiter zur Zahlung
leaving-sentence = Deine Ware liegt bereit. Du zahlst bei { $host } und kommst danach hierher zurück.
leaving-go = Zur Zahlung
waiting-title = Zahlung – { $shop }
waiting-heading = Einen Moment, wir fragen deine Bank
waiting-sentence = Deine Ware liegt bereit. Diese Seite schaut von selbst wieder nach; du kannst sie schließen, wir schreiben dir.
waiting-look-again = Noch einmal nachsehen
waiting-pay = Weiter zur Zahlung
waiting-give-up = Nicht zahlen, zurück zur Kasse

order-title = Bestellung { $number } – { $shop }
order-number = Bestellung { $number }
order-thanks = Danke, es gehört dir.
order-thanks-letter = Eine Bestätigung ist unterwegs an { $email }.
order-keep-link = Die Seite deiner Bestellung, nur für dich:
order-status-link = sieh nach, wie weit sie ist
order-placed-on = Bestellt am { $day }
order-timeline = Wie weit sie ist
order-parcels = Pakete
order-tracking = Sendungsnummer { $number }
order-sent-on = Verschickt am { $day }
order-parcel-line = { $count } × { $name }
order-refunds = Erstattungen
order-refund-under-way = unterwegs
order-address = Geht an
order-goods = Was du bestellt hast
order-go-on = Zurück zum Markt
order-register = Konto anlegen, um deine Bestellungen wiederzufinden
order-line-refunded = { $count } erstattet
order-line-shipped = { $count } verschickt
order-state-held = Wartet auf Zahlung
order-state-placed = Wird gepackt
order-state-part-shipped = Teilweise verschickt
order-state-shipped = Verschickt
order-state-cancelled = Storniert
order-state-declined = Zahlung abgelehnt
order-step-placed = Bestellt
order-step-paid = Bezahlt
order-step-shipped = Verschickt
order-step-to-ship = Auf dem Weg zu dir
order-step-cancelled = Storniert
order-step-refunded = Erstattet
checkout-stale = Die Summe hat sich inzwischen auf { $total } geändert. Bitte schau noch einmal, bevor du zahlst.
form-postcode = Das ist keine Postleitzahl dieses Landes.
field-shipping = Versandart
field-payment = Zahlungsart
