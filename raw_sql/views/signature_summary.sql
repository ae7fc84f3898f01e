-- Each known signature with its crashes and the bugs that are linked to it.
create or replace view signature_summary as
select
  s.signature,
  s.first_seen,
  s.last_seen,
  (select count(*) from crash_reports r where r.signature = s.signature) as crashes,
  (select array_agg(b.bug order by b.bug) from bug_links b where b.signature = s.signature) as bugs
from signatures s;
