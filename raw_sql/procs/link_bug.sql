-- Links a bug to each signature that names a frame; returns how many links are new.
create or replace function link_bug(to_bug integer, frame text, on_day date)
returns bigint
language sql
as $$
  with linked as (
    insert into bug_links (bug, signature, linked_on)
    select to_bug, signature, on_day
    from signatures
    where frame = any (string_to_array(signature, ' < '))
    on conflict do nothing
    returning 1
  )
  select count(*) from linked
$$;
