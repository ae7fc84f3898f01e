-- Adds the partition of crash_reports for the week that begins on a Monday, unless it is there:
-- crash_reports_2026w02 for 2026-01-05, with the year and week of ISO 8601.
create or replace procedure add_crash_week(monday date)
language plpgsql
as $$
begin
  if monday <> week_start(monday) then
    raise exception '% is not a Monday', monday
      using hint = format('its week begins on %s', week_start(monday));
  end if;

  execute format(
    'create table if not exists %I partition of crash_reports for values from (%L) to (%L)',
    to_char(monday, '"crash_reports_"IYYY"w"IW'),
    utc_midnight(monday),
    utc_midnight(monday + 7)
  );
end
$$;
