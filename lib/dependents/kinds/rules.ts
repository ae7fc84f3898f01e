/**
 * Rules, but for those that make a view a view.
 */
import { firing, type Kind } from '../kind.js';

export const rules: Kind = {
  from: `join pg_rewrite rule on node.class = 'pg_rewrite'::regclass and rule.oid = node.id and rule.rulename <> '_RETURN'`,
  named: `format('rule %I on %s', rule.rulename, rule.ev_class::regclass)`,
  drop: `format('drop rule %I on %s', rule.rulename, rule.ev_class::regclass)`,
  create: `rtrim(pg_get_ruledef(rule.oid), ';')`,
  partOf: 'rule.ev_class',
  settings: [
    {
      // ALTER TABLE takes views of both kinds as well, and ALTER VIEW knows no rules.
      command: `'alter table ' || rule.ev_class::regclass || ' ' || ${firing('rule.ev_enabled')} || ' rule ' || quote_ident(rule.rulename)`,
      unless: `exists (select from pg_rewrite where oid = $2 and ev_enabled <> 'O')`,
    },
  ],
};
