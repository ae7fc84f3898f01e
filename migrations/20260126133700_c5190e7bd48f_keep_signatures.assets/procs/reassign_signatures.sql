-- Names the crash reports of a week anew, after a change of the rules; returns how many changed.
create or replace function reassign_signatures(monday date)
returns bigint
language plpgsql
as $$
declare
  renamed bigint := 0;
  report record;
begin
  for report in
    update crash_reports
    set signature = signature_of(frames)
    where reported_at >= utc_midnight(monday)
      and reported_at < utc_midnight(monday + 7)
      and signature is distinct from signature_of(frames)
    returning signature, reported_at
  loop
    perform see_signature(report.signature, report.reported_at);
    renamed := renamed + 1;
  end loop;

  return renamed;
end
$$;
