### Every no the shop can say: `error-` and the code of the refusal. Their arguments are the refusal's details.

error-home = To the front page
error-browse = Look at everything
error-reference = If you write to us, mention { $reference }.
error-title = Sorry – { $shop }
error-heading-400 = We did not understand that
error-heading-403 = That door is closed
error-heading-404 = There is nothing here
error-heading-409 = Somebody was faster
error-heading-413 = That was too much
error-heading-422 = Something needs another look
error-heading-429 = A little slower, please
error-heading-500 = We dropped something
error-heading-503 = The fair is very full
error-refused = That is not possible.
error-invalid = Something in that request does not make sense. Go back and try once more.
error-not-a-form = What was sent is not one of our forms.
error-not-found = The page you were looking for has moved on, or never was. The stalls are still all here.
error-cross-site = That request did not come from one of our own pages, so nothing was done. Go back, load the page again and try once more.
error-forbidden = You may not see this page.
error-conflict = This was changed by somebody else in the meantime. Load the page again and try once more.
error-too-many = That was very often in a short time. Please wait a moment and try again.
error-busy = The shop cannot take this right now. Nothing happened, and trying again is safe.
error-too-large = That was more than we take at once.
error-internal = That was our mistake, and we have a note of it. Nothing was charged that you did not see confirmed.
