-- Counts the weeks anew, while others go on reading the old counts.
create or replace procedure refresh_weekly_crashes()
language plpgsql
as $$
begin
  refresh materialized view concurrently weekly_crashes;
end
$$;
