# What letters say. LETTER-subject, -lead and -button belong together.

letter-hello = Hello { $name },
letter-hello-nobody = Hello,
letter-regards = Warm regards from { $shop }
letter-shipping = Delivery
letter-tax-included = Tax included
letter-tax-added = Tax
letter-total = Total
letter-carrier = { $carrier } carries it as { $tracking }.

letter-placed-subject = Your order { $reference } at { $shop }
letter-placed-lead = Thank you. We have your order { $reference } and will pack it with care.
letter-placed-button = See your order
letter-shipped-subject = On its way: your order { $reference }
letter-shipped-lead = A parcel with your order { $reference } has left us. This is in it:
letter-shipped-button = See your order
letter-refunded-subject = Refund for your order { $reference }
letter-refunded-lead = We have sent { $amount } back to you for your order { $reference }. Your bank may take a few days to show it.
letter-refunded-button = See your order
letter-cancelled-subject = Your order { $reference } is cancelled
letter-cancelled-lead = Your order { $reference } is cancelled. Whatever was charged goes back to you.
letter-cancelled-button = See your order

letter-confirm-subject = Confirm your account at { $shop }
letter-confirm-lead = You asked for an account at { $shop }. Open this link and sign in with the password you chose to confirm that this address is yours. If it was not you, do nothing.
letter-confirm-button = Confirm my account
letter-known-subject = You have an account at { $shop }
letter-known-lead = Somebody tried to register with this address, which already has an account. If it was you, just sign in; you can ask for a new password there. If not, nothing has changed.
letter-known-button = Sign in
letter-welcome-subject = Welcome to { $shop }
letter-welcome-lead = Your account is open. Your orders and addresses will be waiting there.
letter-welcome-button = Go to my account
letter-reset-subject = A new password for { $shop }
letter-reset-lead = Open this link to choose a new password. It works once, for one hour. If you did not ask for it, do nothing: your password stays as it is.
letter-reset-button = Choose a new password
letter-password-changed-subject = Your password at { $shop } was changed
letter-password-changed-lead = Your password was changed, and you were signed out everywhere. If it was not you, ask for a new password right away.
letter-password-changed-button = Sign in
letter-new-email-subject = Confirm your new address at { $shop }
letter-new-email-lead = Open this link to use this address for your account at { $shop }. Until then the old one stays.
letter-new-email-button = Confirm this address
letter-email-changed-subject = Your address at { $shop } was changed
letter-email-changed-lead = Your account uses another e-mail address from now on. If it was not you, answer this letter.
letter-email-changed-button = Sign in
