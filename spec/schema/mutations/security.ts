/** Changes of policies, default privileges and security labels, each with the differences that it makes. */
import type { Mutation } from './mutation.js';

export const securityMutations: readonly Mutation[] = [
  {
    title: 'a policy condition',
    change: 'alter policy own on app.builds using (build > 1)',
    differs: ['policy own on app.builds: using (build > 0) → (build > 1)'],
  },
  {
    title: 'the roles of a policy',
    change: 'alter policy own on app.builds to public',
    differs: ['policy own on app.builds: roles − snapshot_reader'],
  },
  {
    title: 'default privileges',
    change: 'alter default privileges in schema later grant insert on tables to snapshot_reader',
    differs: [
      'default privileges of postgres on tables in schema later: privileges + INSERT to snapshot_reader by postgres',
    ],
  },
  {
    title: 'a command of a policy',
    change: `drop policy own on app.builds;
      create policy own on app.builds for delete to snapshot_reader using (build > 0)`,
    differs: ['policy own on app.builds: command select → delete'],
  },
  {
    title: 'a restrictive policy',
    change: `drop policy own on app.builds;
      create policy own on app.builds as restrictive for select to snapshot_reader using (build > 0)`,
    differs: ['policy own on app.builds: permissive true → false'],
  },
  {
    title: 'a check of a policy',
    change: 'alter policy write on app.builds with check (build < 101)',
    differs: ['policy write on app.builds: check (build < 100) → (build < 101)'],
  },
  {
    title: 'default privileges in all schemas',
    change: 'alter default privileges revoke execute on functions from snapshot_reader',
    differs: ['default privileges of postgres on functions: removed'],
  },
  {
    title: 'a security label',
    change: `set local allow_system_table_mods = on;
      insert into pg_seclabel values ('app.builds'::regclass, 'pg_class'::regclass, 0, 'selinux', 'secret')`,
    differs: ['table app.builds: securityLabels + provider selinux label secret'],
  },
];
