### Home, listings, the product page, and what stands around every page.

nav-skip = Skip to the content
nav-home = { $shop }, front page
nav-yours = Your things
nav-account = Account
nav-hello = Hello,
nav-cart = Basket
nav-cart-things = things in the basket
nav-categories = Categories
nav-breadcrumbs = Where you are
search-label = Search the shop
search-placeholder = What are you looking for?
search-button = Search
search-suggestions = Suggestions appear below as you type

footer-about = A market that is always open: things worth keeping, fairly priced, and sent on the day we say.
footer-help = Good to know
footer-market = Country and language
footer-fine = Prices are final in the country you chose. No tracking, no cookies but the ones the shop needs to work.

home-title = { $shop } – the fair is open
home-description = Things for home, garden, work and play, from people who like making them. Clear prices, a delivery date you can plan with, thirty days to change your mind.
home-kicker = Open every day
home-heading = Come in, the fair is open.
home-lead = Good things for home, garden, work and play. Stroll about, take your time, and carry home only what you love.
home-offers-button = See what is on offer
home-all-button = Look at everything
home-picture = A drawing of a fair: two market stalls, people with baskets, a big wheel and flags under a low sun
home-stalls = Stroll along the stalls
home-on-offer = On offer today
home-new = Just unpacked
home-new-more = All that is new
home-best-rated = What others love
home-best-rated-more = All the best rated
promise-date-heading = A date, not a guess
promise-date = We tell you the day it arrives before you pay.
promise-returns-heading = Thirty days
promise-returns = Changed your mind? Send it back, we refund it.
promise-price-heading = The price you see
promise-price = The total on the button is the total you pay.

price-before = Before:
price-now = Now:
price-from = from { $price }
rating-label = Rated, of 5 stars:
rating-count = { $count ->
    [one] { $count } rating
   *[other] { $count } ratings
}
card-sold-out = Sold out
card-new = New
days-between = { $first } to { $last }

listing-title = { $name } – { $shop }
listing-description = { $name } at { $shop }: { $count ->
    [one] one thing
   *[other] { $count } things
} to choose from.
search-title = Search: { $query } – { $shop }
search-heading = “{ $query }”
search-all-heading = Everything we have
search-all-title = Everything – { $shop }
listing-narrow = Narrower categories
listing-filter = Filter
listing-price = Price in { $currency }
listing-price-from = From
listing-price-to = To
listing-availability = Availability
listing-only-available = Only what is in stock
listing-brand = Brand
listing-category = Category
listing-apply = Show these
listing-count = { $count ->
    [0] Nothing found
    [one] { $count } thing
   *[other] { $count } things
}
listing-sort = Sort by
listing-sort-button = Sort
sort-relevance = Best match
sort-newest = Newest
sort-price = Price, low to high
sort-price-desc = Price, high to low
sort-rating = Best rated
sort-name = Name
listing-active = Filters in force
listing-remove = Remove filter:
listing-clear = Clear all
listing-results = Results
listing-pages = Pages
listing-page = Page
listing-previous = Previous page
listing-next = Next page
listing-chip-price-between = { $from } to { $to }
listing-chip-price-from = from { $from }
listing-chip-price-to = up to { $to }
listing-nothing = Nothing on this stall matches
listing-nothing-spelling = Look at the spelling once more, or try another word for the same thing.
listing-nothing-fewer = Use fewer words: “lamp” finds more than “small green desk lamp”.
listing-nothing-wider = Take a filter away.
listing-nothing-try = Perhaps one of these?
listing-help-shelf = Others liked these
value-yes = yes
value-no = no

product-title = { $name } – { $shop }
product-gallery = Pictures
product-pictures = { $count ->
    [one] { $count } picture
   *[other] { $count } pictures, scroll sideways
}
product-thumbnails = Choose a picture
product-picture = Picture { $n }
product-video = Film { $n }
product-video-name = A film of { $name }
product-video-link = Watch the film
product-captions = Captions
product-add = Put in basket
product-sold-out = Sold out for now.
product-in-stock = In stock
product-only-left = Only { $count } left
product-arrives = Arrives
product-returns = Thirty days to send it back
product-tax-included = Tax included, shipping not.
product-tax-added = Plus sales tax and shipping.
product-shipping-link = What shipping costs
product-no-such-variant = not made in this combination
product-sku = Article { $sku }
product-about = About it
product-facts = The facts
product-similar = You may also like

page-delivery-heading = Delivery
page-delivery-lead = When it arrives, what it costs, and how you follow it.
page-delivery-first-heading = A day you can plan with
page-delivery-first = Every product page and the checkout show the days on which your parcel can arrive. The clock starts when you order; we pack on working days.
page-delivery-second-heading = What it costs
page-delivery-second = Shipping depends on where it goes, what it weighs and what it is worth. The basket shows the price before you type anything, and larger orders travel free.
page-delivery-third-heading = Following your parcel
page-delivery-third = The letter we send when it leaves has a tracking number. The page of your order shows it too; the link to it is in your confirmation.
page-returns-heading = Returns and refunds
page-returns-lead = Thirty days from the day it arrives, for any reason or none.
page-returns-first-heading = How to send something back
page-returns-first = Write to us with the number of your order and what you would like to return. We answer with a label the same working day.
page-returns-second-heading = When you get your money
page-returns-second = We refund the price and the tax on it as soon as the parcel is back, by the way you paid. The page of your order shows every refund.
page-returns-third-heading = Something arrived broken
page-returns-third = Then it is our business: send a picture, and we replace it or refund it in full, shipping included.
page-privacy-heading = Privacy
page-privacy-lead = What we keep about you, and why.
page-privacy-first-heading = What we need
page-privacy-first = To send you an order we keep your name, address, e-mail address and what you bought. Tax law makes us keep the bill.
page-privacy-second-heading = What we do not do
page-privacy-second = No tracking across sites, no advertising networks, no selling of addresses. The one cookie remembers your basket and whether you are signed in.
page-privacy-third-heading = Your say
page-privacy-third = Write to us and we send you everything we keep about you, mend it, or erase it as far as the law lets us.
page-contact-heading = Contact
page-contact-lead = A person answers, on working days within a day.
page-contact-first-heading = About an order
page-contact-first = Answer the letter that confirmed it, so that we know which one it is about. Its page shows where it stands.
page-contact-second-heading = About anything else
page-contact-second = Answer any letter we sent you; it reaches the same people. Tell us what you were looking for and did not find: we read all of it.
page-contact-third-heading = If we let you down
page-contact-third = Say so. A mistake we know of is a mistake we can mend.

home-offers-more = All offers
search-offer-heading = On offer
