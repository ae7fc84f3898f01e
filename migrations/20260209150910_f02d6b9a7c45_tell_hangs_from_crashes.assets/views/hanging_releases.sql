-- The current releases that hang, and how much of their crashes that is.
create or replace view hanging_releases as
select r.product, r.version, r.channel, sum(c.hangs) as hangs, round(100.0 * sum(c.hangs) / sum(c.crashes), 1) as percent
from current_releases r
join daily_crashes c on c.product = r.product and c.version = r.version
group by r.product, r.version, r.channel
having sum(c.hangs) > 0;
