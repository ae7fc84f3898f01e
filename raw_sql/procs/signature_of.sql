-- Names a crash after its two topmost frames, without their arguments. Frames with a "skip" rule are
-- passed over; a frame with an "enough" rule ends the name.
create or replace function signature_of(frames text[])
returns text
language plpgsql
stable
as $$
declare
  frame text;
  names text[] := '{}';
begin
  foreach frame in array frames loop
    continue when exists (select from frame_rules where frame ~ pattern and action = 'skip');
    names := names || regexp_replace(frame, '\(.*\)$', '');
    exit when cardinality(names) = 2
      or exists (select from frame_rules where frame ~ pattern and action = 'enough');
  end loop;

  return coalesce(nullif(array_to_string(names, ' < '), ''), 'unknown');
end
$$;
