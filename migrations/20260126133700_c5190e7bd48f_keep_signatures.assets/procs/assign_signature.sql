-- Trigger function: gives a crash report its signature as it is stored.
create or replace function assign_signature()
returns trigger
language plpgsql
as $$
begin
  new.signature := signature_of(new.frames);
  perform see_signature(new.signature, new.reported_at);
  return new;
end
$$;
