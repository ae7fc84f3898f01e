-- The instant at which a day begins in UTC, whatever the time zone of the session.
create or replace function utc_midnight(day date)
returns timestamptz
language sql
immutable strict
return day::timestamp at time zone 'utc';
