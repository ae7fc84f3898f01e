-- How each current release does, over all days for which the installs are known.
create or replace view release_health as
select r.product, r.version, r.channel, rate.crashes, rate.installs, rate.per_thousand
from current_releases r
cross join lateral (
  select sum(c.crashes) as crashes
  from daily_crashes c
  where c.product = r.product and c.version = r.version
) c
cross join lateral (
  select sum(i.installs) as installs
  from active_installs i
  where i.product = r.product and i.version = r.version
) i
cross join lateral rate_of(c.crashes, i.installs) as rate;
