-- Crashes by week, product and platform, as of the last refresh.
create materialized view weekly_crashes as
select week_start(reported_at) as week, product, platform, count(*) as crashes
from crash_reports
group by 1, 2, 3;
