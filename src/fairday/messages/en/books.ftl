# The books: closing, reconciling, exporting.

error-day-not-over = { $day } cannot be closed yet: it has to be over for five minutes.
error-day-closed = { $day } is closed.
error-earlier-day-open = Days are closed in their order, and { $day } is next.
error-month-closed = { $month } is closed.
error-earlier-month-open = Months are closed in their order, and { $month } is next.
error-unsettled-money = Of that day, { $orders } orders and { $refunds } refunds still wait for a payment provider’s word. They are settled by themselves; try again in a moment.
problem-month = Write a month like 2026-11.
problem-day = Write a day like 2026-11-20.
