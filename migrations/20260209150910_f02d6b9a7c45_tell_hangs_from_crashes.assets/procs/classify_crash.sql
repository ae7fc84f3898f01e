-- What ended a program, as far as the annotations of its report tell.
create or replace function classify_crash(annotations jsonb)
returns text
language sql
immutable
as $$
  select case
    when annotations ?| array['hang_seconds', 'watchdog'] then 'hang'
    when annotations ? 'oom_bytes' then 'out of memory'
    when annotations ->> 'reason' ~* '\mstack\s+(overflow|exhausted)\M' then 'stack overflow'
    else 'crash'
  end
$$;
