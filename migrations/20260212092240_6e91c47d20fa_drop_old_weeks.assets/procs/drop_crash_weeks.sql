-- Drops the partitions of crash_reports that end on or before a day.
create or replace procedure drop_crash_weeks(before_day date)
language plpgsql
as $$
declare
  week name;
begin
  for week in
    select c.relname
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'crash_reports'::regclass
      and c.relname < to_char(week_start(before_day), '"crash_reports_"IYYY"w"IW')
    order by c.relname
  loop
    execute format('drop table %I', week);
  end loop;
end
$$;
