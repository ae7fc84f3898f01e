-- How many crashes each bug stands for, in which products, and when it was last seen.
create or replace view bug_impact as
select
  b.bug,
  sum(d.crashes) as crashes,
  array_agg(distinct d.product order by d.product) as products,
  max(d.day) as last_day
from bug_links b
join daily_signatures d using (signature)
group by b.bug;
