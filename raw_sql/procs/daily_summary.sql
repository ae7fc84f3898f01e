-- The releases that crashed on a day, the worst first.
create or replace function daily_summary(on_day date)
returns table (
  product text, version text, channel channel, crashes bigint, installs bigint, per_thousand numeric
)
language sql
stable
as $$
  select c.product, c.version, r.channel, rate.*
  from (
    select product, version, sum(crashes) as crashes
    from daily_crashes
    where day = on_day
    group by product, version
  ) c
  join releases r on r.product = c.product and r.version = c.version
  left join active_installs i on i.product = c.product and i.version = c.version and i.day = on_day
  cross join lateral rate_of(c.crashes, i.installs) as rate
  order by rate.per_thousand desc nulls last, c.product, c.version
$$;
