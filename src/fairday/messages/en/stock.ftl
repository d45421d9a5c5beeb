# Stock: what shoppers read of it, and the forms of those who keep it.

stock-backorder = On backorder: ships by { $day }.
stock-backorder-some-day = On backorder: ships as soon as it is here.
stock-backorder-part = { $now } in stock; the rest ships by { $day }.
stock-backorder-part-some-day = { $now } in stock; the rest ships as soon as it is here.
stock-preorder = Pre-order: ships from { $day }.
stock-preorder-some-day = Pre-order: ships as soon as it is here.
stock-preorder-part = { $now } in stock; the rest is a pre-order and ships from { $day }.
stock-preorder-part-some-day = { $now } in stock; the rest is a pre-order and ships as soon as it is here.
stock-limit = { $count ->
    [one] One for each customer.
   *[other] { $count } at most for each customer.
}
stock-add-preorder = Pre-order

error-customer-limit = There is a limit per customer on something in your basket, and you have reached it. Please take fewer.
error-awaiting-stock = Only { $ready } of { $sku } can be sent now. The rest is not there yet, or an older order waits for it.
error-stock-not-free = Only { $left } of { $sku } can be moved from { $location }. The rest is promised to orders, or not there.
error-location-taken = There is a location { $location } already.

problem-move-nowhere = Choose another location to carry { $sku } to.
problem-policy = Choose what happens when the shelf is empty.
problem-policy-deny = Where nothing is sold without stock, there is no limit to set.
problem-policy-expected = Say on which day it is expected.
problem-location-code = A code has up to 64 small letters, digits, - or _.
problem-location-name = A name has up to 100 characters.
problem-location-country = A country is two letters, like DE.
problem-location-region = A region is up to 16 letters, digits or dashes, like CA.
problem-location-priority = A priority lies between 0 and 10,000.
problem-location-main = This location is always open.

office-locations = Locations
office-location-code = Code
office-location-name = Name
office-location-country = Country
office-location-region = Region
office-location-priority = Priority
office-location-priority-hint = Among locations equally near, the lowest is asked first.
office-location-country-hint = Two letters, like DE. Orders go out from their own country first.
office-location-active = Sends orders
office-location-new = New location
office-location-add = Add location
office-location-save = Save location
office-location-closed = Closed
office-location-title = Location { $name }
office-location-skus = SKUs
office-location-promised = Promised
office-location-worth = Worth
office-location-empty = Nothing was ever here.
office-done-location-added = The location is there. Receive or move stock to it.
office-done-location-saved = The location is saved.
office-done-received = The pieces are on the shelf. Orders that waited have theirs first.
office-done-moved = The pieces were moved.
office-done-policy = Saved. Shoppers see it in a moment.
office-receive = Receive
office-receive-button = Put on the shelf
office-receive-cost = Cost a piece, in { $currency }
office-move = Move
office-move-button = Move pieces
office-move-from = From
office-move-to = To
office-policy = When the shelf is empty
office-policy-save = Save
office-policy-deny = Stop selling
office-policy-backorder = Backorder
office-policy-preorder = Pre-order
office-policy-beyond = Pieces that may be promised
office-policy-beyond-hint = At most so many more than are on the shelf.
office-policy-expected = Expected on
office-policy-per-customer = Most for one customer
office-policy-per-customer-hint = At every location together. Empty: any number.
office-policy-of = { $sku } at { $location }
office-owed = { $count } promised beyond the shelf
office-ready = There
office-ship-from = Send from
office-ship-from-each = Wherever it lies, a parcel a location
office-from-location = from { $location }
office-movement-received = Received
office-movement-moved = Moved
