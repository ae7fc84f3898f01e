-- The most frequent signatures of a product on a day, with their share of its crashes in per cent.
create or replace function top_signatures(of_product text, on_day date, how_many integer default 5)
returns table (signature text, crashes integer, percent numeric)
language sql
stable
as $$
  select d.signature, d.crashes, round(100.0 * d.crashes / sum(d.crashes) over (), 1)
  from daily_signatures d
  where d.product = of_product and d.day = on_day
  order by d.crashes desc, d.signature
  limit how_many
$$;
