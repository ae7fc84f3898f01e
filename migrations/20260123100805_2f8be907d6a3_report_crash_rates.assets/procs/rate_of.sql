-- A crash rate; per_thousand is null where the installs are unknown or none.
create or replace function rate_of(crashes bigint, installs bigint)
returns crash_rate
language sql
immutable
return row(crashes, installs, round(1000.0 * crashes / nullif(installs, 0), 2))::crash_rate;
