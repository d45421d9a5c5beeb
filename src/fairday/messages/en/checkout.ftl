### Basket, checkout, and the order afterwards.

cart-title = Basket – { $shop }
cart-heading = Your basket
cart-empty = There is nothing in your basket yet.
cart-browse = Stroll about
cart-each = { $price } each
cart-quantity = Quantity
cart-quantity-of = Quantity of { $name }
cart-update = Update
cart-remove = Remove
cart-added = It is in your basket.
cart-changed = Your basket was updated.
cart-line-gone = This is no longer for sale. Please remove it.
cart-line-short = { $count ->
    [0] Sold out in the meantime. Please remove it.
    [one] Only one is left.
   *[other] Only { $count } are left.
}
cart-sums = What it comes to
cart-voucher-ask = Do you have a voucher?
cart-voucher = Voucher code
cart-voucher-use = Use it
cart-voucher-remove = Remove voucher
cart-checkout = Go to checkout
cart-no-account = No account needed.
cart-mend-first = Please mend the lines marked above first.

sums-subtotal = Goods
sums-discount = Voucher { $code }
sums-shipping = Shipping
sums-shipping-later = at checkout
sums-free = free
sums-tax = Tax
sums-tax-included = Tax it contains
sums-total = Total
line-quantity = { $count ->
    [one] { $count } piece
   *[other] { $count } pieces
}

checkout-title = Checkout – { $shop }
checkout-heading = Checkout
checkout-sign-in = Sign in for your stored address
checkout-address = Where shall it go?
checkout-email-hint = For the confirmation and news of your parcel, nothing else.
checkout-line2-ask = Flat, floor or company?
checkout-country-fixed = We deliver to: { $country }
checkout-requote = Work out shipping and tax
checkout-shipping = How shall it travel?
checkout-no-shipping = We cannot send this basket to that place. Choose another country, or take something out.
checkout-payment = How would you like to pay?
checkout-payment-method = Means of payment
checkout-payment-hint = This shop runs on its practice provider: no money moves.
checkout-payment-hosted = You pay on the page of our payment provider. We never see your card.
checkout-sums = Your order
checkout-edit-cart = Change
checkout-pay = Order and pay { $total }
checkout-promise = You pay exactly this total. With your order you accept our terms of returns.
payment-tok-ok = Practice card that works
payment-tok-declined = Practice card that is declined
payment-tok-challenge = Practice card that asks who you are
payment-tok-timeout = Practice card that never answers
payment-tok-lost-ack = Practice card whose answer gets lost
payment-hosted = Card, wallet or bank, on our payment provider’s page

form-optional = optional
form-problems = { $count ->
    [one] One thing needs another look
   *[other] { $count } things need another look
}
form-too-short = Please use { $count } characters or more.
form-choose = Please choose one.
field-name = Full name
field-email = E-mail address
field-line1 = Street and number
field-line2 = Flat, floor or company
field-postcode = Postcode
field-city = City
field-country = Country
field-region = State
field-region-choose = Choose a state

leaving-heading = On to payment
leaving-sentence = Your goods are put aside. You pay at { $host } and come back here afterwards.
leaving-go = Go to payment
waiting-title = Payment – { $shop }
waiting-heading = One moment, we are asking your bank
waiting-sentence = Your goods are put aside. This page looks again by itself; you may close it, we will write to you.
waiting-look-again = Look again
waiting-pay = Go on to payment
waiting-give-up = Do not pay, back to checkout

order-title = Order { $number } – { $shop }
order-number = Order { $number }
order-thanks = Thank you, it is yours.
order-thanks-letter = A confirmation is on its way to { $email }.
order-keep-link = The page of your order, for you only:
order-status-link = see where it stands
order-placed-on = Ordered on { $day }
order-timeline = Where it stands
order-parcels = Parcels
order-tracking = Tracking number { $number }
order-sent-on = Sent on { $day }
order-parcel-line = { $count } × { $name }
order-refunds = Refunds
order-refund-under-way = under way
order-address = Goes to
order-goods = What you ordered
order-go-on = Back to the fair
order-register = Make an account to find your orders again
order-line-refunded = { $count } refunded
order-line-shipped = { $count } sent
order-state-held = Waiting for payment
order-state-placed = Being packed
order-state-part-shipped = Partly sent
order-state-shipped = Sent
order-state-cancelled = Cancelled
order-state-declined = Payment declined
order-step-placed = Ordered
order-step-paid = Paid
order-step-shipped = Sent
order-step-to-ship = On its way to you
order-step-cancelled = Cancelled
order-step-refunded = Refunded
checkout-stale = The total has changed to { $total } since you saw it. Please look once more before you pay.
form-postcode = This is not a postcode of that country.
field-shipping = Way of sending
field-payment = Means of payment
