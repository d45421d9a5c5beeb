### What programs are told, for the people who wrote them; and the refusals that only carts and the API know.

error-unknown-sku = Nothing on our shelves goes by this number: { $skus }
problem-unknown-country = The shop does not sell to this country.
problem-unknown-currency = The shop has no prices in this currency.
problem-unknown-language = The shop does not speak this language.
problem-unknown-category = There is no such category.
problem-cursor = This is not the cursor of a page.
problem-query-too-long = That is too much for one question.
problem-given-twice = This may be given once.
problem-other-currency = This order is in { $currency }.
error-malformed-json = The body is not JSON.
error-token-required = This needs a token: Authorization: Bearer and the token of the cart or order, or an API key.
error-idempotency-key-required = This needs an Idempotency-Key header, so that sending it twice does it once. Use a random UUID.
error-idempotency-key-unusable = The Idempotency-Key may have { $limit } printable ASCII characters at most.
error-method-not-allowed = This address takes { $allow } only.
error-body-too-large = The body may have { $limit_bytes } bytes at most.
error-unsupported-media-type = The body must be application/json.
error-elsewhere = This process does not answer this address; the process { $owner } does.

api-not-found = There is no such thing, or it is not yours.
api-docs-contract = The contract as an OpenAPI document
api-docs-contents = Contents
api-docs-schemas = Documents
api-docs-problems = Problems
api-docs-fields = Fields
api-docs-name = Name
api-docs-kind = Type
api-docs-meaning = Meaning
api-docs-required = required
api-docs-access = Needs
api-docs-public = Open to everybody
api-docs-parameters = Parameters
api-docs-body = Body
api-docs-answers = Answers
api-docs-refusals = Problems:
