-- Signatures that nobody has linked to a bug, the most frequent first.
create or replace view untriaged_signatures as
select signature, crashes, first_seen, last_seen
from signature_summary
where bugs is null
order by crashes desc, signature;
