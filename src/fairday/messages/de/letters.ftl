# Was in Briefen steht. LETTER-subject, -lead und -button gehören zusammen.

letter-hello = Guten Tag { $name },
letter-hello-nobody = Guten Tag,
letter-regards = Herzliche Grüße von { $shop }
letter-shipping = Versand
letter-tax-included = Enthaltene Steuer
letter-tax-added = Steuer
letter-total = Gesamt
letter-carrier = { $carrier } befördert es unter der Nummer { $tracking }.

letter-placed-subject = Ihre Bestellung { $reference } bei { $shop }
letter-placed-lead = Vielen Dank. Ihre Bestellung { $reference } ist bei uns und wird mit Sorgfalt gepackt.
letter-placed-button = Bestellung ansehen
letter-shipped-subject = Unterwegs: Ihre Bestellung { $reference }
letter-shipped-lead = Ein Paket zu Ihrer Bestellung { $reference } hat unser Haus verlassen. Darin sind:
letter-shipped-button = Bestellung ansehen
letter-refunded-subject = Erstattung zu Ihrer Bestellung { $reference }
letter-refunded-lead = Wir haben Ihnen { $amount } zu Ihrer Bestellung { $reference } zurückgezahlt. Bis Ihre Bank es zeigt, können einige Tage vergehen.
letter-refunded-button = Bestellung ansehen
letter-cancelled-subject = Ihre Bestellung { $reference } ist storniert
letter-cancelled-lead = Ihre Bestellung { $reference } ist storniert. Was abgebucht wurde, geht an Sie zurück.
letter-cancelled-button = Bestellung ansehen

letter-confirm-subject = Bestätigen Sie Ihr Konto bei { $shop }
letter-confirm-lead = Sie möchten ein Konto bei { $shop }. Öffnen Sie diesen Link und melden Sie sich mit dem gewählten Passwort an, um diese Adresse zu bestätigen. Waren Sie es nicht, tun Sie einfach nichts.
letter-confirm-button = Konto bestätigen
letter-known-subject = Sie haben ein Konto bei { $shop }
letter-known-lead = Jemand wollte sich mit dieser Adresse registrieren, zu der es schon ein Konto gibt. Waren Sie es, melden Sie sich einfach an; dort können Sie auch ein neues Passwort anfordern. Wenn nicht, hat sich nichts geändert.
letter-known-button = Anmelden
letter-welcome-subject = Willkommen bei { $shop }
letter-welcome-lead = Ihr Konto ist eröffnet. Bestellungen und Adressen finden Sie von nun an dort.
letter-welcome-button = Zu meinem Konto
letter-reset-subject = Ein neues Passwort für { $shop }
letter-reset-lead = Öffnen Sie diesen Link, um ein neues Passwort zu wählen. Er gilt einmal und eine Stunde lang. Haben Sie ihn nicht angefordert, tun Sie nichts: Ihr Passwort bleibt, wie es ist.
letter-reset-button = Neues Passwort wählen
letter-password-changed-subject = Ihr Passwort bei { $shop } wurde geändert
letter-password-changed-lead = Ihr Passwort wurde geändert, und Sie wurden überall abgemeldet. Waren Sie es nicht, fordern Sie sofort ein neues Passwort an.
letter-password-changed-button = Anmelden
letter-new-email-subject = Bestätigen Sie Ihre neue Adresse bei { $shop }
letter-new-email-lead = Öffnen Sie diesen Link, um diese Adresse für Ihr Konto bei { $shop } zu verwenden. Bis dahin bleibt die alte.
letter-new-email-button = Adresse bestätigen
letter-email-changed-subject = Ihre Adresse bei { $shop } wurde geändert
letter-email-changed-lead = Ihr Konto verwendet ab jetzt eine andere E-Mail-Adresse. Waren Sie es nicht, antworten Sie auf diesen Brief.
letter-email-changed-button = Anmelden
