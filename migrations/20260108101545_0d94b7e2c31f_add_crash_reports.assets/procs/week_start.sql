-- The Monday of a day's week.
create or replace function week_start(day date)
returns date
language sql
immutable strict
return day - (extract(isodow from day)::integer - 1);
