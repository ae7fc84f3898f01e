-- The highest version of each product on each channel.
create or replace view current_releases as
select distinct on (product, channel) product, channel, version, released_on
from releases
order by product, channel, parse_version(version) desc;
