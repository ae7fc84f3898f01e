/** Logical replication: publications and subscriptions, never the connection of one. */
import { identifier } from '../../sql/syntax-tree.js';
import { flag, optional, rows, text, texts, word } from '../snapshot-field.js';
import { columnNames, describeKind, role, sortedTexts, withFallback } from '../snapshot-kind.js';

const publications = withFallback(
  'pg_publication',
  [
    'oid',
    'pubname',
    'pubowner',
    'puballtables',
    'pubinsert',
    'pubupdate',
    'pubdelete',
    'pubtruncate',
    'pubviaroot',
  ],
  // PostgreSQL 18.
  { pubgencols: `'n'::pg_catalog."char"` },
);

const publication = describeKind({
  kind: 'publication',
  catalog: 'pg_publication',
  id: 'p.oid',
  from: `${publications} p`,
  fields: {
    name: text('p.pubname'),
    owner: role('p.pubowner'),
    allTables: flag('p.puballtables'),
    insert: flag('p.pubinsert'),
    update: flag('p.pubupdate'),
    delete: flag('p.pubdelete'),
    truncate: flag('p.pubtruncate'),
    viaPartitionRoot: flag('p.pubviaroot'),
    generatedColumns: word('p.pubgencols', { n: 'none', s: 'stored' }),
    schemas: texts(`(SELECT json_agg(n.nspname ORDER BY n.nspname COLLATE "C")
      FROM pg_publication_namespace b JOIN pg_namespace n ON n.oid = b.pnnspid WHERE b.pnpubid = p.oid)`),
    tables: rows(
      {
        schema: text('n.nspname'),
        name: text('c.relname'),
        /** Empty for all. */
        columns: columnNames('c.oid', 'b.prattrs::int2[]'),
        where: optional(text('pg_get_expr(b.prqual, b.prrelid)')),
      },
      `pg_publication_rel b JOIN pg_class c ON c.oid = b.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE b.prpubid = p.oid`,
      'n.nspname COLLATE "C", c.relname COLLATE "C"',
    ),
  },
  identity: ({ name }) => `publication ${identifier(name)}`,
});

/** Columns of 15 that all may read; the others came with 16 and 17. */
const subscriptions = withFallback(
  'pg_subscription',
  [
    'oid',
    'subdbid',
    'subname',
    'subowner',
    'subenabled',
    'subbinary',
    'substream::text AS streaming',
    'subtwophasestate',
    'subdisableonerr',
    'subslotname',
    'subsynccommit',
    'subpublications',
  ],
  { subpasswordrequired: 'true', subrunasowner: 'false', suborigin: `'any'::text`, subfailover: 'false' },
);

const subscription = describeKind({
  kind: 'subscription',
  catalog: 'pg_subscription',
  id: 's.oid',
  from: `${subscriptions} s`,
  where: 's.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  fields: {
    name: text('s.subname'),
    owner: role('s.subowner'),
    enabled: flag('s.subenabled'),
    publications: sortedTexts('s.subpublications'),
    binary: flag('s.subbinary'),
    streaming: word('left(s.streaming, 1)', { f: 'off', t: 'on', p: 'parallel' }),
    twoPhase: flag(`s.subtwophasestate <> 'd'`),
    disableOnError: flag('s.subdisableonerr'),
    passwordRequired: flag('s.subpasswordrequired'),
    runAsOwner: flag('s.subrunasowner'),
    origin: text('s.suborigin'),
    failover: flag('s.subfailover'),
    slot: optional(text('s.subslotname')),
    synchronousCommit: text('s.subsynccommit'),
  },
  identity: ({ name }) => `subscription ${identifier(name)}`,
});

export const replicationKinds = [publication, subscription] as const;
