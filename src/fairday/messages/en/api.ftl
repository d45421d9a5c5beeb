### What programs are told, for the people who wrote them; and the refusals that only carts and the API know.

error-unknown-sku = Nothing on our shelves goes by this number: { $skus }
problem-unknown-country = The shop does not sell to this country.
problem-unknown-currency = The shop has no prices in this currency.
problem-unknown-language = The shop does not speak this language.
