-- The kind of shopper that was planted, for holding clusters against the truth and never as their input.
-- Of a programme's year. Grain: shopper, a number in the order of the ids.
select row_number() over (order by user_id) as shopper, kind from truth order by shopper
