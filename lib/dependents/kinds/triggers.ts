/**
 * Triggers of tables and views. Those of partitions come and go with the one of the partitioned table.
 */
import { firing, type Kind } from '../kind.js';

export const triggers: Kind = {
  from: `join pg_trigger trg on node.class = 'pg_trigger'::regclass and trg.oid = node.id and not trg.tgisinternal`,
  named: `format('trigger %I on %s', trg.tgname, trg.tgrelid::regclass)`,
  drop: `case when trg.tgparentid = 0 then format('drop trigger %I on %s', trg.tgname, trg.tgrelid::regclass) end`,
  create: `case when trg.tgparentid = 0 then pg_get_triggerdef(trg.oid) end`,
  partOf: 'trg.tgrelid',
  settings: [
    {
      command: `'alter table only ' || trg.tgrelid::regclass || ' ' ||
          coalesce(${firing('trg.tgenabled')}, case when trg.tgparentid <> 0 then 'enable' end) || ' trigger ' || quote_ident(trg.tgname)`,
      unless: `exists (select from pg_trigger where oid = $2 and tgenabled <> 'O')`,
    },
  ],
};
