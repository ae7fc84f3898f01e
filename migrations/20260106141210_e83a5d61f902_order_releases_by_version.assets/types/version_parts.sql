-- A version as numbers. Values compare part by part, so that 1.10 comes after 1.9.
create type version_parts as (
  major integer,
  minor integer,
  patch integer
);
