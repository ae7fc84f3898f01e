-- Counts the crash reports of a day (in UTC); returns how many there are.
create or replace function summarise_day(on_day date)
returns bigint
language plpgsql
as $$
begin
  insert into daily_crashes (day, product, version, platform, crashes)
  select on_day, product, version, platform, count(*)
  from crash_reports
  where reported_at >= utc_midnight(on_day) and reported_at < utc_midnight(on_day + 1)
  group by product, version, platform;

  return (select coalesce(sum(crashes), 0) from daily_crashes where day = on_day);
end
$$;
