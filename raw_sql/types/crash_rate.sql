-- Crashes, the installs that could have crashed, and crashes for a thousand of them.
create type crash_rate as (
  crashes bigint,
  installs bigint,
  per_thousand numeric
);
