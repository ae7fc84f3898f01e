-- Notes that a signature was seen at a time; widens the span of one that is known.
create or replace function see_signature(seen text, seen_at timestamptz)
returns void
language sql
as $$
  insert into signatures as known (signature, first_seen, last_seen)
  values (seen, seen_at, seen_at)
  on conflict (signature) do update
  set
    first_seen = least(known.first_seen, excluded.first_seen),
    last_seen = greatest(known.last_seen, excluded.last_seen)
$$;
