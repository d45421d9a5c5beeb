# Die Bücher: Abschließen, Abgleichen, Ausgeben.

error-day-not-over = Der { $day } lässt sich noch nicht abschließen: Er muss seit fünf Minuten vorbei sein.
error-day-closed = Der { $day } ist abgeschlossen.
error-earlier-day-open = Tage werden der Reihe nach abgeschlossen, und der { $day } ist der nächste.
error-month-closed = { $month } ist abgeschlossen.
error-earlier-month-open = Monate werden der Reihe nach abgeschlossen, und { $month } ist der nächste.
error-unsettled-money = Von diesem Tag warten noch { $orders } Bestellungen und { $refunds } Erstattungen auf das Wort eines Zahlungsanbieters. Das erledigt sich von selbst; versuche es gleich noch einmal.
problem-month = Schreibe einen Monat wie 2026-11.
problem-day = Schreibe einen Tag wie 2026-11-20.
