-- Splits '1.10' or '5.4.1' into numbers. A text of another form is an error.
create or replace function parse_version(version text)
returns version_parts
language plpgsql
immutable strict
as $$
declare
  parts text[] := regexp_match(version, '^(\d+)\.(\d+)(?:\.(\d+))?$');
begin
  if parts is null then
    raise exception 'version "%" is not of the form 1.2 or 1.2.3', version
      using errcode = 'invalid_parameter_value';
  end if;

  return row(parts[1], parts[2], coalesce(parts[3], '0'))::version_parts;
end
$$;
