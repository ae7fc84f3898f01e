-- Counts the crash reports of a day (in UTC), by release and by signature; returns how many there
-- are. Hangs are crashes that are also counted apart. May be repeated when reports come in late.
create or replace function summarise_day(on_day date)
returns bigint
language plpgsql
as $$
begin
  delete from daily_crashes where day = on_day;
  delete from daily_signatures where day = on_day;

  insert into daily_crashes (day, product, version, platform, crashes, hangs)
  select on_day, product, version, platform, count(*),
    count(*) filter (where classify_crash(annotations) = 'hang')
  from crash_reports
  where reported_at >= utc_midnight(on_day) and reported_at < utc_midnight(on_day + 1)
  group by product, version, platform;

  insert into daily_signatures (day, product, signature, crashes)
  select on_day, product, coalesce(signature, 'unknown'), count(*)
  from crash_reports
  where reported_at >= utc_midnight(on_day) and reported_at < utc_midnight(on_day + 1)
  group by product, coalesce(signature, 'unknown');

  return (select coalesce(sum(crashes), 0) from daily_crashes where day = on_day);
end
$$;
