# Bestand: was Käufer davon lesen, und die Formulare derer, die ihn führen.

stock-backorder = Nachbestellt: Versand bis { $day }.
stock-backorder-some-day = Nachbestellt: Versand, sobald es da ist.
stock-backorder-part = { $now } vorrätig; der Rest wird bis { $day } verschickt.
stock-backorder-part-some-day = { $now } vorrätig; der Rest wird verschickt, sobald er da ist.
stock-preorder = Vorbestellung: Versand ab { $day }.
stock-preorder-some-day = Vorbestellung: Versand, sobald es da ist.
stock-preorder-part = { $now } vorrätig; der Rest ist vorbestellt und wird ab { $day } verschickt.
stock-preorder-part-some-day = { $now } vorrätig; der Rest ist vorbestellt und wird verschickt, sobald er da ist.
stock-limit = { $count ->
    [one] Eins je Kunde.
   *[other] Höchstens { $count } je Kunde.
}
stock-add-preorder = Vorbestellen

error-customer-limit = Für etwas im Warenkorb gibt es eine Höchstmenge je Kunde, und sie ist erreicht. Bitte nehmen Sie weniger.
error-awaiting-stock = Von { $sku } können jetzt nur { $ready } verschickt werden. Der Rest ist noch nicht da, oder eine ältere Bestellung wartet darauf.
error-stock-not-free = Von { $sku } können nur { $left } aus { $location } umgebucht werden. Der Rest ist Bestellungen versprochen oder nicht da.
error-location-taken = Den Standort { $location } gibt es schon.

problem-move-nowhere = Wählen Sie einen anderen Standort für { $sku }.
problem-policy = Wählen Sie, was bei leerem Regal geschieht.
problem-policy-deny = Wo nichts ohne Bestand verkauft wird, gibt es keine Grenze.
problem-policy-expected = Sagen Sie, an welchem Tag es erwartet wird.
problem-location-code = Ein Kürzel hat bis zu 64 kleine Buchstaben, Ziffern, - oder _.
problem-location-name = Ein Name hat bis zu 100 Zeichen.
problem-location-country = Ein Land sind zwei Buchstaben, etwa DE.
problem-location-region = Eine Region sind bis zu 16 Buchstaben, Ziffern oder Striche, etwa CA.
problem-location-priority = Eine Rangzahl liegt zwischen 0 und 10.000.
problem-location-main = Dieser Standort ist immer offen.

office-locations = Standorte
office-location-code = Kürzel
office-location-name = Name
office-location-country = Land
office-location-region = Region
office-location-priority = Rang
office-location-priority-hint = Unter gleich nahen Standorten wird der niedrigste zuerst gefragt.
office-location-country-hint = Zwei Buchstaben, etwa DE. Bestellungen gehen zuerst aus dem eigenen Land ab.
office-location-active = Verschickt Bestellungen
office-location-new = Neuer Standort
office-location-add = Standort anlegen
office-location-save = Standort speichern
office-location-closed = Geschlossen
office-location-title = Standort { $name }
office-location-skus = SKUs
office-location-promised = Versprochen
office-location-worth = Wert
office-location-empty = Hier war noch nie etwas.
office-done-location-added = Der Standort ist angelegt. Buchen Sie Ware ein oder um.
office-done-location-saved = Der Standort ist gespeichert.
office-done-received = Die Stücke sind im Regal. Wartende Bestellungen bekommen ihre zuerst.
office-done-moved = Die Stücke sind umgebucht.
office-done-policy = Gespeichert. Käufer sehen es gleich.
office-receive = Einbuchen
office-receive-button = Ins Regal legen
office-receive-cost = Kosten je Stück, in { $currency }
office-move = Umbuchen
office-move-button = Stücke umbuchen
office-move-from = Von
office-move-to = Nach
office-policy = Wenn das Regal leer ist
office-policy-save = Speichern
office-policy-deny = Nicht weiter verkaufen
office-policy-backorder = Nachbestellung
office-policy-preorder = Vorbestellung
office-policy-beyond = Stücke, die versprochen werden dürfen
office-policy-beyond-hint = Höchstens so viele mehr, als im Regal sind.
office-policy-expected = Erwartet am
office-policy-per-customer = Höchstens je Kunde
office-policy-per-customer-hint = An allen Standorten zusammen. Leer: beliebig viele.
office-policy-of = { $sku } in { $location }
office-owed = { $count } über das Regal hinaus versprochen
office-ready = Da
office-ship-from = Verschicken von
office-ship-from-each = Wo es liegt, ein Paket je Standort
office-from-location = von { $location }
office-movement-received = Eingebucht
office-movement-moved = Umgebucht
