### Startseite, Listen, Produktseite und der Rahmen jeder Seite.

nav-skip = Zum Inhalt springen
nav-home = { $shop }, Startseite
nav-yours = Dein Bereich
nav-account = Konto
nav-hello = Hallo,
nav-cart = Korb
nav-cart-things = Artikel im Korb
nav-categories = Kategorien
nav-breadcrumbs = Hier bist du
search-label = Im Laden suchen
search-placeholder = Was suchst du?
search-button = Suchen
search-suggestions = Vorschläge erscheinen unten, während du tippst

footer-about = Ein Markt, der immer offen ist: Dinge, die bleiben, zu fairen Preisen, geliefert am Tag, den wir nennen.
footer-help = Gut zu wissen
footer-market = Land und Sprache
footer-fine = Die Preise gelten im gewählten Land. Kein Tracking, keine Cookies außer denen, die der Laden zum Arbeiten braucht.

home-title = { $shop } – der Markt ist eröffnet
home-description = Dinge für Haus, Garten, Arbeit und Spiel, von Leuten, die sie gern machen. Klare Preise, ein Liefertag, mit dem du planen kannst, dreißig Tage Bedenkzeit.
home-kicker = Jeden Tag geöffnet
home-heading = Komm herein, der Markt ist eröffnet.
home-lead = Gute Dinge für Haus, Garten, Arbeit und Spiel. Bummle, lass dir Zeit, und nimm nur mit, was dir gefällt.
home-offers-button = Zu den Angeboten
home-all-button = Alles ansehen
home-picture = Zeichnung eines Jahrmarkts: zwei Stände, Menschen mit Körben, ein Riesenrad und Wimpel unter tiefer Sonne
home-stalls = An den Ständen entlang
home-on-offer = Heute im Angebot
home-new = Frisch ausgepackt
home-new-more = Alles Neue
home-best-rated = Was andere lieben
home-best-rated-more = Alle bestbewerteten
promise-date-heading = Ein Tag statt einer Schätzung
promise-date = Wir nennen den Liefertag, bevor du bezahlst.
promise-returns-heading = Dreißig Tage
promise-returns = Doch nicht das Richtige? Schick es zurück, wir erstatten.
promise-price-heading = Der Preis, den du siehst
promise-price = Die Summe auf dem Knopf ist die Summe, die du zahlst.

price-before = Vorher:
price-now = Jetzt:
price-from = ab { $price }
rating-label = Bewertung, von 5 Sternen:
rating-count = { $count ->
    [one] { $count } Bewertung
   *[other] { $count } Bewertungen
}
card-sold-out = Ausverkauft
card-new = Neu
days-between = { $first } bis { $last }

listing-title = { $name } – { $shop }
listing-description = { $name } bei { $shop }: { $count ->
    [one] ein Artikel
   *[other] { $count } Artikel
} zur Auswahl.
search-title = Suche: { $query } – { $shop }
search-heading = „{ $query }“
search-all-heading = Alles, was wir haben
search-all-title = Alles – { $shop }
listing-narrow = Unterkategorien
listing-filter = Filtern
listing-price = Preis in { $currency }
listing-price-from = Von
listing-price-to = Bis
listing-availability = Verfügbarkeit
listing-only-available = Nur was vorrätig ist
listing-brand = Marke
listing-category = Kategorie
listing-apply = Anzeigen
listing-count = { $count ->
    [0] Nichts gefunden
    [one] { $count } Artikel
   *[other] { $count } Artikel
}
listing-sort = Sortieren nach
listing-sort-button = Sortieren
sort-relevance = Bester Treffer
sort-newest = Neueste
sort-price = Preis aufsteigend
sort-price-desc = Preis absteigend
sort-rating = Beste Bewertung
sort-name = Name
listing-active = Aktive Filter
listing-remove = Filter entfernen:
listing-clear = Alle entfernen
listing-results = Ergebnisse
listing-pages = Seiten
listing-page = Seite
listing-previous = Vorige Seite
listing-next = Nächste Seite
listing-chip-price-between = { $from } bis { $to }
listing-chip-price-from = ab { $from }
listing-chip-price-to = bis { $to }
listing-nothing = An diesem Stand passt nichts
listing-nothing-spelling = Prüfe die Schreibweise oder versuche ein anderes Wort dafür.
listing-nothing-fewer = Nimm weniger Wörter: „Lampe“ findet mehr als „kleine grüne Schreibtischlampe“.
listing-nothing-wider = Nimm einen Filter weg.
listing-nothing-try = Vielleicht hiervon etwas?
listing-help-shelf = Das gefiel anderen
value-yes = ja
value-no = nein

product-title = { $name } – { $shop }
product-gallery = Bilder
product-pictures = { $count ->
    [one] { $count } Bild
   *[other] { $count } Bilder, seitlich blättern
}
product-thumbnails = Bild wählen
product-picture = Bild { $n }
product-video = Film { $n }
product-video-name = Ein Film von { $name }
product-video-link = Film ansehen
product-captions = Untertitel
product-add = In den Korb
product-sold-out = Zurzeit ausverkauft.
product-in-stock = Auf Lager
product-only-left = Nur noch { $count } da
product-arrives = Kommt an:
product-returns = Dreißig Tage Rückgaberecht
product-tax-included = Inklusive Mehrwertsteuer, zuzüglich Versand.
product-tax-added = Zuzüglich Verkaufssteuer und Versand.
product-shipping-link = Was der Versand kostet
product-no-such-variant = in dieser Kombination nicht erhältlich
product-sku = Artikel { $sku }
product-about = Darum geht es
product-facts = Die Fakten
product-similar = Das könnte dir auch gefallen

page-delivery-heading = Lieferung
page-delivery-lead = Wann es ankommt, was es kostet und wie du es verfolgst.
page-delivery-first-heading = Ein Tag, mit dem du planen kannst
page-delivery-first = Jede Produktseite und die Kasse zeigen die Tage, an denen dein Paket ankommen kann. Die Uhr läuft ab der Bestellung; gepackt wird an Werktagen.
page-delivery-second-heading = Was es kostet
page-delivery-second = Der Versand hängt von Ziel, Gewicht und Wert ab. Der Korb zeigt den Preis, bevor du etwas eintippst, und größere Bestellungen reisen gratis.
page-delivery-third-heading = Wo das Paket ist
page-delivery-third = Die Nachricht beim Versand enthält eine Sendungsnummer. Auch die Seite deiner Bestellung zeigt sie; der Link dorthin steht in der Bestätigung.
page-returns-heading = Rückgabe und Erstattung
page-returns-lead = Dreißig Tage ab Ankunft, mit oder ohne Grund.
page-returns-first-heading = So schickst du etwas zurück
page-returns-first = Schreib uns die Nummer deiner Bestellung und was du zurückgeben möchtest. Wir antworten am selben Werktag mit einem Etikett.
page-returns-second-heading = Wann du dein Geld bekommst
page-returns-second = Wir erstatten Preis und Steuer, sobald das Paket zurück ist, auf dem Weg, auf dem du bezahlt hast. Die Seite deiner Bestellung zeigt jede Erstattung.
page-returns-third-heading = Etwas kam kaputt an
page-returns-third = Dann ist es unsere Sache: Schick ein Bild, und wir ersetzen es oder erstatten alles, auch den Versand.
page-privacy-heading = Datenschutz
page-privacy-lead = Was wir über dich aufbewahren und warum.
page-privacy-first-heading = Was wir brauchen
page-privacy-first = Um dir etwas zu schicken, speichern wir Name, Adresse, E-Mail-Adresse und was du gekauft hast. Die Rechnung müssen wir nach Steuerrecht aufbewahren.
page-privacy-second-heading = Was wir nicht tun
page-privacy-second = Kein Tracking über Seiten hinweg, keine Werbenetze, kein Verkauf von Adressen. Das eine Cookie merkt sich deinen Korb und ob du angemeldet bist.
page-privacy-third-heading = Dein Wort
page-privacy-third = Schreib uns, und wir schicken dir alles, was wir über dich haben, berichtigen es oder löschen es, soweit das Gesetz es zulässt.
page-contact-heading = Kontakt
page-contact-lead = Ein Mensch antwortet, an Werktagen innerhalb eines Tages.
page-contact-first-heading = Zu einer Bestellung
page-contact-first = Antworte auf die Bestätigung, dann wissen wir, um welche es geht. Ihre Seite zeigt, wie weit sie ist.
page-contact-second-heading = Zu allem anderen
page-contact-second = Antworte auf irgendeine unserer Nachrichten; sie erreicht dieselben Leute. Schreib uns auch, was du gesucht und nicht gefunden hast: Wir lesen alles.
page-contact-third-heading = Wenn wir dich enttäuscht haben
page-contact-third = Sag es uns. Ein Fehler, den wir kennen, ist einer, den wir beheben können.

home-offers-more = Alle Angebote
search-offer-heading = Im Angebot
