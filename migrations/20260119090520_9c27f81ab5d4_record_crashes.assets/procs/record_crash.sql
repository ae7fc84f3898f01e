-- Stores a crash report as a client sends it; returns its id.
create or replace function record_crash(report jsonb)
returns uuid
language plpgsql
as $$
declare
  id uuid := report ->> 'crash_id';
begin
  if not report ?& array['crash_id', 'reported_at', 'product', 'version', 'platform', 'frames'] then
    raise exception 'incomplete crash report' using detail = report;
  end if;

  insert into crash_reports (crash_id, reported_at, product, version, platform, frames, annotations)
  values (
    id,
    (report ->> 'reported_at')::timestamptz,
    report ->> 'product',
    report ->> 'version',
    (report ->> 'platform')::platform,
    array(select jsonb_array_elements_text(report -> 'frames')),
    coalesce(report -> 'annotations', '{}')
  );
  return id;
end
$$;
