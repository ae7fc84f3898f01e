-- How often a product crashed on a day (in UTC).
create or replace function count_crashes(of_product text, on_day date)
returns bigint
language sql
stable
as $$
  select count(*)
  from crash_reports
  where product = of_product
    and reported_at >= utc_midnight(on_day)
    and reported_at < utc_midnight(on_day + 1)
$$;
