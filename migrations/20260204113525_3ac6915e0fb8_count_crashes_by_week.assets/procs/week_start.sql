-- The Monday of a day's week.
create or replace function week_start(day date)
returns date
language sql
immutable strict
return day - (extract(isodow from day)::integer - 1);

-- The Monday of the week that an instant falls into, in UTC.
create or replace function week_start(instant timestamptz)
returns date
language sql
immutable strict
return week_start((instant at time zone 'utc')::date);
