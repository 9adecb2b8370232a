-- Touches of each channel and what they cost, in cents. Of a programme's year. Grain: channel.
select channel, count(*) as touches, sum(cost_cents)::bigint as cost_cents from touches group by channel order by channel
