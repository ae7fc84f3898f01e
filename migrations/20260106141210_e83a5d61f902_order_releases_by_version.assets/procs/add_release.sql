-- Adds a release, or corrects the channel and the date of one that is there.
create or replace function add_release(of_product text, new_version text, on_channel channel, on_day date)
returns void
language plpgsql
as $$
begin
  perform parse_version(new_version);  -- refuses what could not be ordered later

  insert into releases (product, version, channel, released_on)
  values (of_product, new_version, on_channel, on_day)
  on conflict (product, version) do update
  set channel = excluded.channel, released_on = excluded.released_on;
end
$$;
