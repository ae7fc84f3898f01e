/**
 * Event triggers, which only a superuser makes.
 */
import { firing, type Kind } from '../kind.js';

export const eventTriggers: Kind = {
  from: `join pg_event_trigger evt on node.class = 'pg_event_trigger'::regclass and evt.oid = node.id`,
  named: `format('event trigger %I', evt.evtname)`,
  drop: `format('drop event trigger %I', evt.evtname)`,
  create: `concat(format('create event trigger %I on %s', evt.evtname, evt.evtevent),
        ' when tag in (' || (select string_agg(quote_literal(tag), ', ') from unnest(evt.evttags) as tag) || ')',
        format(' execute function %s()', evt.evtfoid::regproc))`,
  owner: 'evt.evtowner',
  settings: [
    {
      command: `'alter event trigger ' || quote_ident(evt.evtname) || ' ' || ${firing('evt.evtenabled')}`,
      unless: `exists (select from pg_event_trigger where oid = $2 and evtenabled <> 'O')`,
    },
  ],
};
